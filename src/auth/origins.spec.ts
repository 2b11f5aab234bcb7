import { describe, expect, it } from '@jest/globals';
import { isLocal, originAllowed, parseOrigins, wasForwarded } from './origins.js';

describe('originAllowed', () => {
  it.each<[string | undefined, string, boolean]>([
    [undefined, 'https://a.example', true],
    ['https://a.example', '', true],
    ['https://a.example', 'https://a.example', true],
    ['https://b.example', 'https://a.example, https://b.example', true],
    ['https://a.example:8443', 'https://a.example', false],
    ['http://a.example', 'https://a.example', false],
    ['https://A.example', 'https://a.example', false],
    ['https://a.example.evil.example', 'https://a.example', false],
    ['https://xa.example', 'https://a.example', false],
    ['null', 'https://a.example', false],
    ['', 'https://a.example', false],
  ])('judges %j by the list %j: %s', (origin, list, allowed) => {
    expect(originAllowed(origin, parseOrigins(list))).toBe(allowed);
  });
});

describe('isLocal', () => {
  it.each<[string | undefined, string | undefined, boolean, boolean]>([
    ['127.0.0.1', undefined, false, true],
    ['127.8.9.1', undefined, false, true],
    ['::1', undefined, false, true],
    ['::ffff:127.0.0.1', undefined, false, true],
    ['127.0.0.1', 'http://localhost:8443', false, true],
    ['127.0.0.1', 'http://127.0.0.1:3000', false, true],
    ['::1', 'https://[::1]:8443', false, true],
    ['127.0.0.1', undefined, true, false],
    ['127.0.0.1', 'https://evil.example', false, false],
    ['127.0.0.1', 'http://localhost.evil.example', false, false],
    ['127.0.0.1', 'http://127.0.0.1.evil.example', false, false],
    ['127.0.0.1', 'null', false, false],
    ['10.0.0.7', undefined, false, false],
    ['::ffff:10.0.0.7', 'http://localhost', false, false],
    [undefined, undefined, false, false],
  ])('judges address %j with origin %j, forwarded %s: %s', (address, origin, forwarded, local) => {
    expect(isLocal(address, origin, forwarded)).toBe(local);
  });
});

describe('wasForwarded', () => {
  it.each([
    [{}, false],
    [{ 'x-forwarded-for': '1.1.1.1' }, true],
    [{ forwarded: 'for=1.1.1.1' }, true],
  ])('judges %j', (headers, expected) => {
    expect(wasForwarded({ headers })).toBe(expected);
  });
});
