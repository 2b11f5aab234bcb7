import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import * as ws from 'ws';
import { readAhead, type ReaderInternals } from './read-ahead.js';

const LIMIT = 70_000;

interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly masked: boolean;
  readonly reserved: boolean;
  readonly payload: Buffer;
}

/** The reader of `ws` is exported, and missing in its types: a Writable that emits what it finds. */
const { Receiver } = ws as unknown as {
  readonly Receiver: new (options: object) => ReaderInternals & NodeJS.WritableStream;
};

/** As a client puts it on the wire, or as one that is broken does. */
function wire({ opcode, fin, masked, reserved, payload }: Frame): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (reserved ? 0x40 : 0) | opcode;
  head[1] = (masked ? 0x80 : 0) | (head.length === 2 ? payload.length : head.length === 4 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(payload.length), 2);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = Buffer.from([0x12, 0, 0xff, 0x80]);
  return Buffer.concat([head, mask, payload.map((byte, n) => byte ^ (mask[n % 4] ?? 0))]);
}

/** What a reader makes of these bytes, cut where it is said. */
function read(bytes: Buffer, cuts: readonly number[], ahead: boolean): unknown[] {
  const reader = new Receiver({ isServer: true, maxPayload: LIMIT });
  const found: unknown[] = [];
  reader.on('message', (data: Buffer, binary: boolean) => found.push([binary, Buffer.from(data).toString('latin1')]));
  for (const kind of ['ping', 'pong']) reader.on(kind, (data: Buffer) => found.push([kind, data.toString('latin1')]));
  reader.on('conclude', (code: number) => found.push(['close', code]));
  if (ahead) {
    const receive = (data: Buffer) => found.push([false, data.toString('latin1')]);
    readAhead(reader, { textBytes: LIMIT, receive, left: jest.fn() });
  }
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  edges.forEach((edge, n) => {
    // A copy, since frames are unmasked where they lie.
    const chunk = Buffer.from(bytes.subarray(edges[n - 1] ?? 0, edge));
    if (chunk.length > 0 && !reader._errored) reader.write(chunk);
  });
  reader.on('error', () => undefined);
  return [...found, reader._errored];
}

const payload = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(125, 126, 300, 65_535, 65_536, LIMIT, LIMIT + 1).map((n) => Buffer.alloc(n, 0x61)),
  },
);
const usual = payload.map((payload) => ({ opcode: 1, fin: true, masked: true, reserved: false, payload }));
const any = fc.record({
  opcode: fc.constantFrom(0, 1, 2, 3, 8, 9, 10),
  fin: fc.boolean(),
  masked: fc.constantFrom(true, true, true, false),
  reserved: fc.constantFrom(false, false, false, true),
  payload,
});

describe('reading ahead', () => {
  it('finds what the reader of ws finds, wherever the bytes are cut and whatever is wrong with them', () => {
    const frames = fc.array(fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: any }), { maxLength: 8 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat(400), { maxLength: 6 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(wire));
        const within = cuts.filter((cut) => cut < bytes.length);
        expect(read(bytes, within, true)).toEqual(read(bytes, within, false));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes whole text frames past the reader of ws', () => {
    const reader = new Receiver({ isServer: true, maxPayload: LIMIT });
    reader.on('message', () => expect('the reader of ws').toBe('left alone'));
    const found: string[] = [];
    const left = jest.fn();
    readAhead(reader, { textBytes: LIMIT, receive: (data) => found.push(data.toString()), left });
    const frame = (text: string) => ({
      opcode: 1,
      fin: true,
      masked: true,
      reserved: false,
      payload: Buffer.from(text),
    });
    reader.write(Buffer.concat([wire(frame('{}')), wire(frame('é'.repeat(200)))]));
    expect(found).toEqual(['{}', 'é'.repeat(200)]);
    expect(left).not.toHaveBeenCalled();
  });
});
