const POSITIVE = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

/**
 * Goes over CBOR without decoding what isn't asked for, which the reader of `@surrealdb/cbor` can't. All of it throws
 * RangeError for what is of another type, is cut off, or has no length that is told before it. Allocates nothing but what it
 * returns: who reads a changefeed goes over ten thousands of values a second.
 */
export class CborCursor {
  private readonly view: DataView;
  /** Of the head that was read last. */
  private type = 0;
  private argument = 0;

  /** @param at where the next value begins */
  constructor(
    private readonly bytes: Uint8Array,
    private at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next value begins. */
  get place(): number {
    return this.at;
  }

  /** Goes into an array. @returns how many elements follow */
  array(): number {
    return this.head(ARRAY);
  }

  /** Goes into a map. @returns how many members follow, a key and a value each */
  map(): number {
    return this.head(MAP);
  }

  get isMap(): boolean {
    return (this.bytes[this.at] ?? 0) >> 5 === MAP;
  }

  /** Goes over a key in ASCII, if it is this one. */
  takesKey(key: string): boolean {
    const start = this.at;
    const length = this.head(TEXT);
    let same = length === key.length;
    for (let index = 0; same && index < length; index += 1)
      same = this.bytes[this.at + index] === key.charCodeAt(index);
    this.at = same ? this.at + length : start;
    return same;
  }

  /** Goes over a key in ASCII; of another it returns something else. */
  key(): string {
    const length = this.head(TEXT);
    let key = '';
    for (const end = this.at + length; this.at < end; this.at += 1)
      key += String.fromCharCode(this.bytes[this.at] ?? 0);
    return key;
  }

  /** Goes over a whole number. */
  unsigned(): bigint {
    const start = this.at;
    const argument = this.head(POSITIVE);
    return this.at - start > 8 ? this.view.getBigUint64(start + 1) : BigInt(argument);
  }

  /** Goes over a value. @returns it, encoded */
  skip(): Uint8Array {
    const start = this.at;
    this.pass();
    return this.bytes.subarray(start, this.at);
  }

  /** Goes over a value. */
  pass(): void {
    for (let left = 1; left > 0; left -= 1) {
      this.readHead();
      if (this.type === ARRAY) left += this.argument;
      else if (this.type === MAP) left += 2 * this.argument;
      else if (this.type === TAG) left += 1;
      else if (this.type === BYTES || this.type === TEXT) this.at += this.argument;
    }
    if (this.at > this.bytes.length) throw new RangeError('a CBOR value is cut off');
  }

  private head(type: number): number {
    this.readHead();
    if (this.type !== type) throw new RangeError(`a CBOR value is of type ${this.type}, not ${type}`);
    return this.argument;
  }

  private readHead(): void {
    const first = this.bytes[this.at++];
    if (first === undefined) throw new RangeError('a CBOR value is cut off');
    this.type = first >> 5;
    this.argument = first & 31;
    if (this.argument < 24) return;
    const size = 1 << (this.argument - 24);
    // Beyond the end, a DataView throws RangeError.
    if (this.argument === 24) this.argument = this.view.getUint8(this.at);
    else if (this.argument === 25) this.argument = this.view.getUint16(this.at);
    else if (this.argument === 26) this.argument = this.view.getUint32(this.at);
    else if (this.argument === 27) this.argument = Number(this.view.getBigUint64(this.at));
    else throw new RangeError('a CBOR value has no length that is told before it');
    this.at += size;
  }
}
