import { describe, expect, it } from '@jest/globals';
import { RevocationPipe } from './revocation.pipe.js';

const read = (body: unknown) => new RevocationPipe().transform(body);

describe('RevocationPipe', () => {
  it.each([
    [{ jti: 't1' }, { jti: 't1' }],
    [
      { jti: 't1', expires: 100 },
      { jti: 't1', until: 100 },
    ],
    [
      { principal: 'ann', issuedBefore: 0 },
      { principal: 'ann', before: 0 },
    ],
    [
      { principal: 'person:`a-b`', issuedBefore: '1970-01-01T00:01:40Z', expires: '1970-01-01T00:01:41.5Z' },
      { principal: 'person:⟨a-b⟩', before: 100, until: 101.5 },
    ],
  ])('reads %j', (body, revocation) => {
    expect(read(body)).toEqual(revocation);
  });

  it('takes now for a time that is left out', () => {
    const before = Date.now() / 1_000;
    const revocation = read({ principal: 'ann' });
    expect('before' in revocation && revocation.before).toBeGreaterThanOrEqual(before);
  });

  it.each([
    [undefined, 'The body'],
    [[], 'The body'],
    ['x', 'The body'],
    [{}, 'Give either'],
    [{ jti: 't1', principal: 'ann' }, 'Give either'],
    [{ jti: '' }, 'jti has'],
    [{ jti: 1 }, 'jti has'],
    [{ jti: 'x'.repeat(257) }, 'jti has'],
    [{ principal: null }, 'principal has'],
    [{ jti: 't1', issuedBefore: 1 }, 'issuedBefore belongs'],
    [{ principal: 'ann', issuedBefore: 'soon' }, 'issuedBefore has'],
    [{ principal: 'ann', issuedBefore: -1 }, 'issuedBefore has'],
    [{ jti: 't1', expires: 1_790_000_000_000 }, 'expires has'],
    [{ jti: 't1', expires: null }, 'expires has'],
  ])('refuses %j', (body, message) => {
    expect(() => read(body)).toThrow(message);
  });
});
