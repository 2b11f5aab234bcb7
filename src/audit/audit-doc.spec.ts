import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const known = [...read('audit-event.ts').matchAll(/readonly event: '(\w+)'/g)].map(([, name]) => name);
const documented = [...read('../../docs/audit.md').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);

describe('docs/audit.md', () => {
  it('names every event, and no others', () => {
    expect(known.length).toBeGreaterThan(5);
    expect(documented.sort()).toEqual([...known, 'suppressed'].sort());
  });
});
