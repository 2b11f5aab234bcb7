import type { Random } from '../chaos/random.js';

/** Bytes that mean something to one parser or another. */
const SPECIAL = [0, 10, 13, 32, 58, 47, 91, 127, 128, 255];

export function randomBytes(random: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: random.between(0, most) }, () => random.between(0, 255)));
}

/** The same bytes with a few faults: bytes changed, left out, doubled or put in, an end cut off. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  let result = bytes;
  for (let faults = random.between(1, 4); faults > 0; faults--) result = faulty(result, random);
  return result;
}

function faulty(bytes: Buffer, random: Random): Buffer {
  const from = random.between(0, bytes.length);
  const to = Math.min(bytes.length, from + random.between(1, 16));
  const before = bytes.subarray(0, from);
  switch (random.between(0, 5)) {
    case 0:
      return before;
    case 1:
      return Buffer.concat([before, bytes.subarray(to)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
    case 3:
      return Buffer.concat([before, randomBytes(random, 16), bytes.subarray(from)]);
    case 4:
      return Buffer.concat([before, Buffer.from([random.pick(SPECIAL)]), bytes.subarray(to)]);
    default:
      return Buffer.concat([before, Buffer.from([random.pick(SPECIAL)]), bytes.subarray(from)]);
  }
}
