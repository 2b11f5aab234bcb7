import { EncodedFrame } from '../delivery/encoded-frame.js';
import type { Change } from '../surreal/changes/change.js';
import { encodeRow } from '../values/encode.js';
import { pickPaths, type DatabaseRow } from '../values/path.js';
import type { StreamSpec } from './stream-spec.js';

/** What of a row is delivered. */
export type RowShape = Pick<StreamSpec, 'fields' | 'mask' | 'rightsKey'>;

/**
 * TurnQueue changes of one topic into frames. Streams that select the same share the text of the data: it is kept for the
 * change that was encoded last, since all streams of a topic are told of one change after the other.
 */
export class EventEncoder {
  private readonly topic: string;
  private last: Change | undefined;
  private readonly texts = new Map<string, string>();

  constructor(topic: string) {
    this.topic = JSON.stringify(topic);
  }

  /** `stream` is free of characters that JSON escapes. */
  event(change: Change, stream: string, shape: RowShape, transition?: 'enter'): EncodedFrame {
    return this.frame(change, stream, this.data(change, shape), transition && `,"transition":"${transition}"`);
  }

  /** With only the id as data: the record has left, or was deleted and nothing else is known of it. */
  idEvent(change: Change, stream: string, transition?: 'leave'): EncodedFrame {
    const why = transition ? `,"transition":"${transition}"` : ',"known":"id"';
    return this.frame(change, stream, `{"id":${JSON.stringify(change.key)}}`, why);
  }

  private frame(change: Change, stream: string, data: string, rest = ''): EncodedFrame {
    const time = new Date(change.time).toISOString();
    return EncodedFrame.ofJson(
      'event',
      `{"type":"event","topic":${this.topic},"stream":"${stream}","action":"${change.action}","data":${data},` +
        `"cursor":"${change.cursor}","time":"${time}"${rest}}`,
    );
  }

  private data(change: Change, { fields, mask, rightsKey }: RowShape): string {
    if (this.last !== change) {
      this.last = change;
      this.texts.clear();
    }
    const key = `${mask ? rightsKey : ''} ${fields ? JSON.stringify(fields) : ''}`;
    let text = this.texts.get(key);
    if (text === undefined) {
      const full: DatabaseRow = change.after ?? change.before ?? { id: change.id };
      const row = mask ? mask(full) : full;
      text = encodeRow(fields ? pickPaths(row, fields) : row);
      this.texts.set(key, text);
    }
    return text;
  }
}
