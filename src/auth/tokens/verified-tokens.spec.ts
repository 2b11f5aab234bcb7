import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from './principal.js';
import { VerifiedTokens } from './verified-tokens.js';

const principal = (id: string, claims: Record<string, unknown> = {}): Principal => ({ id, roles: [], claims });

describe('VerifiedTokens', () => {
  let now: number;
  let generation: number;
  const keys = {
    get generation() {
      return generation;
    },
    accepts: () => true,
    verify: () => Promise.reject(new Error('not asked')),
  };
  const tokens = (bytes: number) => new VerifiedTokens(bytes, () => now);

  beforeEach(() => {
    now = 0;
    generation = 1;
  });

  it('knows a token that was verified, to the letter, and hands out the very principal', () => {
    const verified = tokens(10_000);
    const anna = principal('anna');
    verified.add('a.b.c', anna, { keys, generation });
    expect(verified.get('a.b.c')).toBe(anna);
    for (const other of ['a.b.d', 'a.b.', 'a.b.c ', 'A.b.c']) expect(verified.get(other)).toBeUndefined();
  });

  it('forgets it after a minute', () => {
    const verified = tokens(10_000);
    verified.add('a.b.c', principal('anna'), { keys, generation });
    now = 59_999;
    expect(verified.get('a.b.c')).toBeDefined();
    now = 60_000;
    expect(verified.get('a.b.c')).toBeUndefined();
    expect(verified.bytes).toBe(0);
  });

  it('forgets what was verified with keys that are others now, or have to be asked for again', () => {
    const verified = tokens(10_000);
    for (const later of [2, NaN]) {
      generation = 1;
      verified.add('a.b.c', principal('anna'), { keys, generation });
      generation = later;
      expect(verified.get('a.b.c')).toBeUndefined();
    }
    verified.add('a.b.c', principal('anna'), { keys, generation: NaN });
    expect(verified.get('a.b.c')).toBeUndefined();
  });

  it('holds no more bytes than it may, and forgets the oldest first', () => {
    const verified = tokens(10_000);
    for (let n = 0; n < 100; n++) {
      verified.add(`token-${n}`, principal('anna', { text: 'x'.repeat(500) }), { keys, generation });
      expect(verified.bytes).toBeLessThanOrEqual(10_000);
    }
    const known = Array.from({ length: 100 }, (_, n) => n).filter((n) => verified.get(`token-${n}`));
    expect(known.length).toBeGreaterThan(2);
    expect(known).toEqual(Array.from({ length: known.length }, (_, n) => 100 - known.length + n));
  });

  it('counts a token once, however often it is verified', () => {
    const verified = tokens(10_000);
    verified.add('a.b.c', principal('anna'), { keys, generation });
    const { bytes } = verified;
    verified.add('a.b.c', principal('anna'), { keys, generation });
    expect(verified.bytes).toBe(bytes);
  });

  it.each([0, 500])('keeps nothing that is larger than %d bytes by itself', (limit) => {
    const verified = tokens(limit);
    verified.add('a.b.c', principal('anna', { text: 'x'.repeat(500) }), { keys, generation });
    expect(verified.get('a.b.c')).toBeUndefined();
    expect(verified.bytes).toBe(0);
  });
});
