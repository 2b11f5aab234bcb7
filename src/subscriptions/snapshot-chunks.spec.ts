import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import type { Delivery } from '../delivery/delivery.js';
import { encoded, frameOf } from '../../test/support/frame-of.js';
import type { DatabaseRow, Path } from '../values/path.js';
import { SnapshotChunks } from './snapshot-chunks.js';

interface Snapshot {
  readonly type: string;
  readonly stream: string;
  readonly data: readonly { readonly id: string }[];
  readonly last: boolean;
}

function jsonOf(chunk: Delivery): Snapshot {
  return frameOf(chunk) as unknown as Snapshot;
}

function rows(count: number, characters: number) {
  return Array.from({ length: count }, (_, n) => ({ id: new RecordId('t', n), text: 'x'.repeat(characters), n }));
}

function framesOf(rows: readonly DatabaseRow[], fields?: readonly Path[]) {
  const chunks = new SnapshotChunks('s1', fields);
  for (const row of rows) chunks.add(row);
  return chunks.finish();
}

describe('SnapshotChunks', () => {
  it('makes one last frame of no rows', () => {
    expect(framesOf([]).map(jsonOf)).toEqual([{ type: 'snapshot', stream: 's1', data: [], last: true }]);
  });

  it('makes one frame of few rows, within the fields', () => {
    expect(framesOf(rows(2, 9), [['n']]).map(jsonOf)).toEqual([
      {
        type: 'snapshot',
        stream: 's1',
        data: [
          { id: 't:0', n: 0 },
          { id: 't:1', n: 1 },
        ],
        last: true,
      },
    ]);
  });

  it('spreads many rows over frames of about 64 KiB, in order, only the last marked', () => {
    const frames = framesOf(rows(1_000, 1_000));
    const snapshots = frames.map(jsonOf);
    expect(snapshots.flatMap(({ data }) => data.map(({ id }) => id))).toEqual(rows(1_000, 0).map(({ n }) => `t:${n}`));
    expect(snapshots.map(({ last }) => last)).toEqual([...Array<boolean>(snapshots.length - 1).fill(false), true]);
    expect(Math.max(...frames.map((chunk) => encoded(chunk).bytes.length))).toBeLessThan(66 * 1024);
    expect(frames.length).toBeLessThan(18);
  });

  it('gives a row that is larger than a frame should be one of its own', () => {
    expect(framesOf(rows(3, 100_000)).map((frame) => jsonOf(frame).data.length)).toEqual([1, 1, 1]);
  });
});
