import type { Random } from '../chaos/random.js';
import { randomBytes } from './mutation.js';

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const OPCODES = [CONTINUATION, TEXT, TEXT, TEXT, BINARY, 3, 7, CLOSE, PING, PONG, 11, 15] as const;

interface FrameParts {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly final?: boolean;
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the header says, where that isn't the payload's. */
  readonly length?: number;
  /** Of the length field, in bits, where a shorter one would do. */
  readonly lengthBits?: 7 | 16 | 64;
}

/** A frame as a client sends it, or as none may. */
export function frame({ opcode, payload, final = true, reserved = 0, masked = true, ...size }: FrameParts): Buffer {
  const { length = payload.length } = size;
  const bits = size.lengthBits ?? (length < 126 ? 7 : length < 65_536 ? 16 : 64);
  const mask = masked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0);
  const code = bits === 7 ? Math.min(length, 125) : bits === 16 ? 126 : 127;
  const extended = Buffer.alloc(bits === 7 ? 0 : bits / 8);
  if (bits === 16) extended.writeUInt16BE(Math.min(length, 65_535));
  if (bits === 64) extended.writeBigUInt64BE(BigInt(length));
  const head = Buffer.from([(final ? 0x80 : 0) | (reserved << 4) | opcode, (masked ? 0x80 : 0) | code]);
  const body = masked ? payload.map((byte, at) => byte ^ ((at % 4) + 1)) : payload;
  return Buffer.concat([head, extended, mask, body]);
}

/** A frame that is right in most of its parts, around a payload. */
export function oddFrame(payload: Buffer, random: Random): Buffer {
  return frame({
    opcode: random.pick(OPCODES),
    payload: random.isOneIn(8) ? closePayload(random) : payload,
    final: !random.isOneIn(4),
    reserved: random.isOneIn(8) ? random.between(1, 7) : 0,
    masked: !random.isOneIn(8),
    ...(random.isOneIn(6) && { length: random.pick([0, 1, 125, 126, 65_535, 65_536, 2 ** 32, 2 ** 53]) }),
    ...(random.isOneIn(8) && { lengthBits: random.pick([7, 16, 64] as const) }),
  });
}

function closePayload(random: Random): Buffer {
  const code = random.pick([0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 3000, 4999, 5000, 65_535]);
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), randomBytes(random, random.pick([0, 10, 200]))]);
}
