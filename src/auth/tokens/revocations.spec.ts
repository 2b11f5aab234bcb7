import { beforeEach, describe, expect, it } from '@jest/globals';
import { MetricsService } from '../../metrics/metrics.service.js';
import type { Principal } from './principal.js';
import { KeysUnavailableError, RevokedTokenError } from './authentication-error.js';
import { parseRevocation, revocationText, revokes, type Revocation } from './revocation.js';
import { Revocations } from './revocations.js';

const FOREVER = Date.now() / 1_000 + 3_600;
const PAST = Date.now() / 1_000 - 3_600;
const ann = (claims: Record<string, unknown> = {}): Principal => ({ id: 'ann', roles: [], claims });

describe('a revocation', () => {
  it.each<[Revocation, Principal, boolean]>([
    [{ jti: 't1' }, ann({ jti: 't1' }), true],
    [{ jti: 't1' }, ann({ jti: 't2' }), false],
    [{ jti: 't1' }, ann(), false],
    [{ principal: 'ann', before: 100 }, ann({ iat: 99 }), true],
    [{ principal: 'ann', before: 100.5 }, ann({ iat: 100 }), true],
    [{ principal: 'ann', before: 100 }, ann({ iat: 100 }), false],
    [{ principal: 'ann', before: 100 }, ann({ iat: 101 }), false],
    [{ principal: 'ann', before: 100 }, ann(), true],
    [{ principal: 'ann', before: 100 }, ann({ iat: '101' }), true],
    [{ principal: 'ann', before: 100 }, ann({ iat: NaN }), true],
    [{ principal: 'bob', before: 100 }, ann({ iat: 99 }), false],
  ])('%j, of the token of %j: %s', (revocation, principal, expected) => {
    expect(revokes(revocation, principal)).toBe(expected);
    const revocations = new Revocations(new MetricsService());
    revocations.add(revocation);
    const check = () => revocations.check(principal);
    if (expected) expect(check).toThrow(RevokedTokenError);
    else expect(check).not.toThrow();
  });

  it.each<Revocation>([
    { jti: '"}' },
    { jti: 'a', until: 5 },
    { principal: 'ann', before: 1.5, until: 9 },
    { principal: 'ann', before: 1 },
  ])('is read as it was written: %j', (revocation) => {
    expect(parseRevocation(revocationText(revocation), revocation.until ?? Infinity)).toEqual(revocation);
  });

  it.each(['', '{}', '[]', '{"jti":1}', '{"principal":"a"}', '{'])('is none: %j', (text) => {
    expect(parseRevocation(text, Infinity)).toBeUndefined();
  });
});

describe('Revocations', () => {
  let metrics: MetricsService;
  let revocations: Revocations;

  beforeEach(() => {
    metrics = new MetricsService();
    revocations = new Revocations(metrics);
  });

  it('of one principal are one: the latest time, for as long as the longest', async () => {
    revocations.add({ principal: 'ann', before: 200, until: FOREVER });
    revocations.add({ principal: 'ann', before: 100, until: FOREVER + 10 });
    expect([...revocations]).toEqual([{ principal: 'ann', before: 200, until: FOREVER + 10 }]);
    revocations.add({ principal: 'ann', before: 150 });
    expect([...revocations]).toEqual([{ principal: 'ann', before: 200 }]);
    expect(await metrics.revocations.value()).toBe(1);
  });

  it('are forgotten when their tokens have expired', () => {
    revocations.add({ jti: 'old', until: PAST });
    revocations.add({ principal: 'bob', before: 1, until: PAST });
    revocations.add({ jti: 'new', until: FOREVER });
    expect([...revocations]).toEqual([{ jti: 'new', until: FOREVER }]);
    expect(revocations.size).toBe(1);
  });

  it('let nobody in before they are known', () => {
    revocations.complete = false;
    expect(() => revocations.check(ann())).toThrow(KeysUnavailableError);
    revocations.complete = true;
    expect(() => revocations.check(ann())).not.toThrow();
  });
});
