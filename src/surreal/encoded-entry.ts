import type { CborCodec } from 'surrealdb';
import { CborCursor } from './cbor-cursor.js';
import type { FeedEntry, RawChange } from './feed-entry.js';

/** A transaction of a changefeed whose changes are decoded when they are asked for, one by one, each time. */
export class EncodedEntry implements FeedEntry {
  private constructor(
    readonly versionstamp: bigint,
    readonly count: number,
    private readonly bytes: Uint8Array,
    private readonly codec: CborCodec,
  ) {}

  /** Goes over a transaction. @throws RangeError when it isn't encoded as those of a changefeed are */
  static from(cursor: CborCursor, codec: CborCodec): EncodedEntry {
    let stamp: bigint | undefined;
    let changes: Uint8Array | undefined;
    for (let left = cursor.map(); left > 0; left -= 1) {
      const key = cursor.key();
      if (key === 'versionstamp') stamp = cursor.unsigned();
      else if (key === 'changes') changes = cursor.skip();
      else cursor.skip();
    }
    if (stamp === undefined || !changes) throw new RangeError('a transaction of a changefeed has other fields');
    return new EncodedEntry(stamp, new CborCursor(changes).array(), changes, codec);
  }

  *changes(from = 0): Generator<RawChange> {
    const cursor = new CborCursor(this.bytes);
    cursor.array();
    for (let index = 0; index < this.count; index += 1) {
      const change = cursor.skip();
      if (index >= from) yield this.codec.decode(change);
    }
  }

  *outlines(): Generator<RawChange> {
    const cursor = new CborCursor(this.bytes);
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
      cursor.skip();
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
