import { Name, type EventContent } from '../delivery/content.js';
import { Delivery } from '../delivery/delivery.js';
import type { Change } from '../surreal/changes/change.js';
import { encodeRow } from '../values/encode.js';
import { pickPaths, type DatabaseRow } from '../values/path.js';
import type { StreamSpec } from './stream-spec.js';

/** What of a row is delivered. */
export type RowShape = Pick<StreamSpec, 'fields' | 'mask' | 'rightsKey'>;

/**
 * Makes deliveries of the changes of one topic. Streams that select the same share the text of the data: it is kept for the
 * change that was encoded last, since all streams of a topic are told of one change after the other.
 */
export class EventEncoder {
  private readonly topic: Name;
  private last: Change | undefined;
  private readonly texts = new Map<string, string>();

  constructor(topic: string) {
    this.topic = new Name(topic);
  }

  event(change: Change, stream: string, shape: RowShape, transition?: 'enter'): Delivery {
    return this.delivery(change, stream, this.data(change, shape), { transition });
  }

  /** With only the id as data: the record has left, or was deleted and nothing else is known of it. */
  idEvent(change: Change, stream: string, transition?: 'leave'): Delivery {
    const why = transition ? { transition } : ({ known: 'id' } as const);
    return this.delivery(change, stream, `{"id":${JSON.stringify(change.key)}}`, why);
  }

  private delivery(
    { action, cursor, time }: Change,
    stream: string,
    data: string,
    { transition, known }: Pick<EventContent, 'transition' | 'known'>,
  ): Delivery {
    const { topic } = this;
    const at = new Date(time).toISOString();
    return new Delivery({ type: 'event', topic, stream, action, data, cursor, time: at, transition, known });
  }

  private data(change: Change, { fields, mask, rightsKey }: RowShape): string {
    if (this.last !== change) {
      this.last = change;
      this.texts.clear();
    }
    const key = `${mask ? rightsKey : ''} ${fields ? JSON.stringify(fields) : ''}`;
    let text = this.texts.get(key);
    if (text === undefined) {
      const full: DatabaseRow = change.after ?? change.last;
      const row = mask ? mask(full) : full;
      text = encodeRow(fields ? pickPaths(row, fields) : row);
      this.texts.set(key, text);
    }
    return text;
  }
}
