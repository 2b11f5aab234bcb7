import { describe, expect, it } from '@jest/globals';
import { encodeFrame, FrameReader } from './frame.js';

const HEADS = [['notice', 'ping', null], ['ünïcode 😀', { nested: [1, 'two'] }], null];
const BODIES = [undefined, '{"text":"\u2028😀"}', new Uint8Array([0, 255, 10, 13]), 'x'.repeat(70_000)];
const FRAMES = HEADS.flatMap((head) => BODIES.map((body) => ({ head, body })));

describe('FrameReader', () => {
  it.each([1, 2, 7, 8, 9, 1_000, 65_536, Infinity])('finds frames in chunks of %d bytes', (size) => {
    const bytes = Buffer.concat(FRAMES.map(({ head, body }) => encodeFrame(head, body)));
    const reader = new FrameReader();
    const read = [];
    for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)));
    expect(read.map(({ head }) => head)).toEqual(FRAMES.map(({ head }) => head));
    for (const [n, { body }] of read.entries()) expect(body.equals(Buffer.from(FRAMES[n]?.body ?? ''))).toBe(true);
  });
});
