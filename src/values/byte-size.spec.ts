import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { approximateBytes } from './byte-size.js';

describe('approximateBytes', () => {
  it.each<[string, unknown, unknown]>([
    ['longer text', 'a'.repeat(100), 'a'],
    ['more bytes', new Uint8Array(1000), new Uint8Array(1)],
    ['longer keys', new RecordId('t', 'a'.repeat(100)), new RecordId('t', 'a')],
    ['more items', [1, 2, 3], [1]],
    ['more members', new Set([1, 2]), new Set()],
    ['more fields', { a: { b: 'x' }, c: 1 }, { a: 1 }],
  ])('counts %s', (_, larger, smaller) => {
    expect(approximateBytes(larger)).toBeGreaterThan(approximateBytes(smaller));
  });
});
