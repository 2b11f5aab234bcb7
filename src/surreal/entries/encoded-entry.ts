import type { CborCodec } from 'surrealdb';
import { CborCursor } from './cbor-cursor.js';
import type { FeedEntry, RawChange } from './feed-entry.js';

/**
 * A transaction of a changefeed whose changes are decoded when they are asked for, one by one, each time. Of most nothing is
 * asked, since they were seen before: they hold no more than their place in the answer.
 */
export class EncodedEntry implements FeedEntry {
  private constructor(
    readonly versionstamp: bigint,
    readonly count: number,
    private readonly answer: Uint8Array,
    /** Where the list of its changes begins. */
    private readonly place: number,
    private readonly codec: CborCodec,
    /** Whether each change keeps how it was encoded. */
    private readonly keepsSource: boolean,
  ) {}

  /** Goes over a transaction in an answer. @throws RangeError when it isn't encoded as those of a changefeed are */
  static from(cursor: CborCursor, answer: Uint8Array, codec: CborCodec, keepsSource = false): EncodedEntry {
    let stamp: bigint | undefined;
    let count = 0;
    let place: number | undefined;
    for (let left = cursor.map(); left > 0; left -= 1) {
      if (cursor.takesKey('versionstamp')) {
        stamp = cursor.unsigned();
      } else if (cursor.takesKey('changes')) {
        place = cursor.place;
        count = cursor.array();
        for (let change = 0; change < count; change += 1) cursor.pass();
      } else {
        cursor.pass();
        cursor.pass();
      }
    }
    if (stamp === undefined || place === undefined)
      throw new RangeError('a transaction of a changefeed has other fields');
    return new EncodedEntry(stamp, count, answer, place, codec, keepsSource);
  }

  *changes(from = 0): Generator<RawChange> {
    const cursor = new CborCursor(this.answer, this.place);
    cursor.array();
    for (let index = 0; index < this.count; index += 1) {
      if (index < from) cursor.pass();
      else yield this.decode(cursor.skip());
    }
  }

  private decode(source: Uint8Array): RawChange {
    const change = this.codec.decode<RawChange>(source);
    return this.keepsSource ? { ...change, source } : change;
  }

  *outlines(): Generator<RawChange> {
    const cursor = new CborCursor(this.answer, this.place);
    cursor.array();
    for (let index = 0; index < this.count; index += 1) yield this.outline(cursor);
  }

  /** A change with the id of its record, or the name of its table, and no other field. */
  private outline(cursor: CborCursor): RawChange {
    const change: Record<string, unknown> = {};
    for (let left = cursor.map(); left > 0; left -= 1) change[cursor.key()] = this.identity(cursor);
    return change;
  }

  /** @returns a list for the patch of an update, which is one. */
  private identity(cursor: CborCursor): unknown {
    if (!cursor.isMap) {
      cursor.pass();
      return [];
    }
    const identity: Record<string, unknown> = {};
    for (let left = cursor.map(); left > 0; left -= 1) {
      const key = cursor.key();
      const value = cursor.skip();
      if (key === 'id' || key === 'name') identity[key] = this.codec.decode(value);
    }
    return identity;
  }
}
