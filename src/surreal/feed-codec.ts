import { CborCodec, type CodecOptions, type ValueCodec } from 'surrealdb';
import { CborCursor } from './cbor-cursor.js';
import { EncodedEntry } from './encoded-entry.js';

/** What is asked of the changefeed begins with this. */
export const SHOW_CHANGES = 'SHOW CHANGES';

/**
 * The SDK's codec, but for answers to SHOW CHANGES: of their transactions only the stamps are decoded at once. Each read of
 * a changefeed goes over much that was read before, and decoding it was what a read cost most.
 */
export class FeedCodec implements ValueCodec {
  private readonly values: CborCodec;
  /** Ids of requests whose answers are of a changefeed. */
  private readonly asked = new Set<unknown>();

  constructor(options: CodecOptions) {
    this.values = new CborCodec(options);
  }

  encode<T>(data: T): Uint8Array {
    const { id, method, params } = data as { id?: unknown; method?: unknown; params?: unknown };
    if (method === 'query' && Array.isArray(params) && String(params[0]).startsWith(SHOW_CHANGES)) this.asked.add(id);
    return this.values.encode(data);
  }

  decode<T>(bytes: Uint8Array): T {
    const answer = this.asked.size > 0 ? this.feedAnswer(bytes) : undefined;
    return (answer as T | undefined) ?? this.values.decode(bytes);
  }

  /** @returns `undefined` when it is none of a changefeed, or is an error, or isn't encoded as such answers are. */
  private feedAnswer(bytes: Uint8Array): Record<string, unknown> | undefined {
    try {
      const fields = this.fields(new CborCursor(bytes));
      const id = fields.get('id');
      const result = fields.get('result');
      if (!id || !this.asked.delete(this.values.decode(id)) || !result) return undefined;
      const cursor = new CborCursor(result);
      const statements = Array.from({ length: cursor.array() }, () => this.statement(cursor));
      return { ...this.decoded(fields), result: statements };
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private statement(answer: CborCursor): Record<string, unknown> {
    const fields = this.fields(answer);
    const cursor = new CborCursor(fields.get('result') ?? new Uint8Array());
    // The result of a statement that failed is text.
    const entries = Array.from({ length: cursor.array() }, () => EncodedEntry.from(cursor, this.values));
    return { ...this.decoded(fields), result: entries };
  }

  private fields(cursor: CborCursor): Map<string, Uint8Array> {
    const fields = new Map<string, Uint8Array>();
    for (let left = cursor.map(); left > 0; left -= 1) fields.set(cursor.key(), cursor.skip());
    return fields;
  }

  private decoded(fields: ReadonlyMap<string, Uint8Array>): Record<string, unknown> {
    const others = [...fields].filter(([key]) => key !== 'result');
    return Object.fromEntries(others.map(([key, value]) => [key, this.values.decode(value)]));
  }
}
