import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from './policy.js';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const [, inDocumentation = ''] = /^```json\n(.*?)^```$/ms.exec(read('docs/configuration.md')) ?? [];

describe('the policies that are shown', () => {
  it.each([
    ['docs/configuration.md', inDocumentation],
    ['docker/policy.example.json', read('docker/policy.example.json')],
  ])('can be used as %s has them', (_, json) => {
    expect(parsePolicy(JSON.parse(json)).topics.size).toBeGreaterThan(0);
  });
});
