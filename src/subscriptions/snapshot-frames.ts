import { EncodedFrame } from '../delivery/encoded-frame.js';
import { encodeRow } from '../values/encode.js';
import { pickPaths, type DatabaseRow, type Path } from '../values/path.js';

/** Rows are gathered into frames of about this many characters. */
const FRAME_CHARACTERS = 64 * 1024;

/** The rows of a snapshot as frames: at least one, the last marked as such. */
export function snapshotFrames(
  rows: readonly DatabaseRow[],
  stream: string,
  fields: readonly Path[] | undefined,
): EncodedFrame[] {
  const frames: EncodedFrame[] = [];
  let texts: string[] = [];
  let characters = 0;
  const finish = (last: boolean) => {
    const json = `{"type":"snapshot","stream":"${stream}","data":[${texts.join(',')}],"last":${last}}`;
    frames.push(EncodedFrame.ofJson('snapshot', json));
    texts = [];
    characters = 0;
  };
  for (const row of rows) {
    const text = encodeRow(fields ? pickPaths(row, fields) : row);
    if (characters > 0 && characters + text.length > FRAME_CHARACTERS) finish(false);
    texts.push(text);
    characters += text.length;
  }
  finish(true);
  return frames;
}
