import { describe, expect, it } from '@jest/globals';
import { parseClaims } from './claims.js';

describe('parseClaims', () => {
  it.each(['', 'no json', '"text"', '[]', 'null'])('refuses the payload %j', (payload) => {
    expect(() => parseClaims(Buffer.from(payload))).toThrow('malformed');
  });
});
