import { CborCodec, type CodecOptions, type ValueCodec } from 'surrealdb';
import { CborCursor } from './cbor-cursor.js';
import { EncodedEntry } from './encoded-entry.js';
import { encodedQuestion, isFeedQuestion } from './feed-question.js';

/**
 * The SDK's codec, but for answers to SHOW CHANGES: of their transactions only the stamps are decoded at once. Each read of
 * a changefeed goes over much that was read before, and decoding it was what a read cost most.
 */
export class FeedCodec implements ValueCodec {
  private readonly values: CborCodec;
  /** Ids of requests whose answers are of a changefeed. */
  private readonly asked = new Set<unknown>();

  /** @param keepsSource whether each change of a changefeed keeps how it was encoded */
  constructor(
    options: CodecOptions,
    private readonly keepsSource = false,
  ) {
    this.values = new CborCodec(options);
  }

  encode<T>(data: T): Uint8Array {
    if (!isFeedQuestion(data)) return this.values.encode(data);
    this.asked.add(data.id);
    return encodedQuestion(data) ?? this.values.encode(data);
  }

  decode<T>(bytes: Uint8Array): T {
    const answer = this.asked.size > 0 ? this.feedAnswer(bytes) : undefined;
    return (answer as T | undefined) ?? this.values.decode(bytes);
  }

  /** @returns `undefined` when it is none of a changefeed, or is an error, or isn't encoded as such answers are. */
  private feedAnswer(bytes: Uint8Array): Record<string, unknown> | undefined {
    try {
      const cursor = new CborCursor(bytes);
      let result: CborCursor | undefined;
      const answer = this.fields(cursor, () => {
        result = new CborCursor(bytes, cursor.place);
        cursor.pass();
      });
      if (!this.asked.delete(answer.id) || !result) return undefined;
      const statements: unknown[] = [];
      for (let left = result.array(); left > 0; left -= 1) statements.push(this.statement(result, bytes));
      return { ...answer, result: statements };
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private statement(cursor: CborCursor, bytes: Uint8Array): Record<string, unknown> {
    const entries: EncodedEntry[] = [];
    const fields = this.fields(cursor, () => {
      // The result of a statement that failed is text.
      for (let left = cursor.array(); left > 0; left -= 1)
        entries.push(EncodedEntry.from(cursor, bytes, this.values, this.keepsSource));
    });
    return { ...fields, result: entries };
  }

  /** Decodes the fields of a map, but for its `result`. */
  private fields(cursor: CborCursor, takeResult: () => void): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (let left = cursor.map(); left > 0; left -= 1) {
      if (cursor.takesKey('result')) takeResult();
      else fields[cursor.key()] = this.values.decode(cursor.skip());
    }
    return fields;
  }
}
