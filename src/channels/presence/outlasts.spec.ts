import { CLOSE_CODES } from '@edge-hive/protocol';
import { describe, expect, it } from '@jest/globals';
import { outlasts } from './outlasts.js';

describe('a presence', () => {
  it.each([1000, 1001, 1005, 4401, 4403, 4410, undefined])('ends with a connection that was closed with %j', (code) => {
    expect(outlasts(code)).toBe(false);
  });

  const others = Object.values(CLOSE_CODES).filter((code) => ![1001, 4401, 4403, 4410].includes(code));

  it.each([1002, 1006, 3000, 4000, ...others])('outlasts a connection that was closed with %i', (code) => {
    expect(outlasts(code)).toBe(true);
  });
});
