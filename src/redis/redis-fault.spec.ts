import { describe, expect, it } from '@jest/globals';
import { isRedisRefusal, redisFault } from './redis-fault.js';

describe('redisFault', () => {
  it.each([
    [Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:6379'), { code: 'ECONNREFUSED' }), 'refuses connections'],
    [Object.assign(new Error('getaddrinfo ENOTFOUND cache.internal'), { code: 'ENOTFOUND' }), 'host name'],
    [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'the user or the password'],
    [new Error('NOAUTH Authentication required.'), 'the user or the password'],
    [new Error("OOM command not allowed when used memory > 'maxmemory'."), 'no memory left'],
    [new Error("READONLY You can't write against a read only replica."), 'a replica'],
    [new Error("Socket timeout. Expecting data, but didn't receive any in 1500ms."), 'does not answer'],
    [new Error('connect ETIMEDOUT'), 'does not answer'],
    [Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'certificate'],
    [new Error('whatever it says of 10.0.0.7 and hush'), 'connection to Redis was lost'],
    [undefined, 'connection to Redis was lost'],
  ])('says of %s: %s', (error, reason) => {
    expect(redisFault(error)).toContain(reason);
    expect(redisFault(error)).not.toMatch(/10\.0|internal|hush/);
  });

  it('knows what is wrong with Redis from what is wrong with a command', () => {
    expect(isRedisRefusal(new Error('OOM command not allowed'))).toBe(true);
    expect(isRedisRefusal(new Error('WRONGTYPE Operation against a key'))).toBe(false);
    expect(isRedisRefusal('OOM')).toBe(false);
  });
});
