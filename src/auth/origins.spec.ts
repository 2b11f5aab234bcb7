import { describe, expect, it } from '@jest/globals';
import { originAllowed, parseOrigins } from './origins.js';

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
