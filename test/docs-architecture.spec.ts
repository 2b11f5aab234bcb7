import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';

interface DependencyRules {
  readonly forbidden: readonly { readonly name: string; readonly to: { readonly pathNot?: unknown } }[];
}

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('docs/architecture.md', root), 'utf8');
const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as DependencyRules;

/** Depend on nothing above them, and are left out of the picture. */
const FOUNDATION = ['delivery', 'audit', 'metrics', 'errors', 'config'];

describe('docs/architecture.md', () => {
  it('draws the arrows between folders that the linter holds', () => {
    expect(drawnArrows()).toContain('realtime --> subscriptions');
    expect(drawnArrows().sort()).toEqual(allowedArrows().sort());
  });

  it('lists every folder of src/, and no others', () => {
    const [, list = ''] = /^src\/\n(.*?)^libs\/$/ms.exec(text) ?? [];
    const listed = [...list.matchAll(/(?<=^ {2}|\/ )(\w+)(?=\/)/gm)].map(([name]) => name);
    const folders = readdirSync(new URL('src', root), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(listed.sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it('names files that there are', () => {
    const files = [...text.matchAll(/`((?:src|libs)\/[\w./-]+\.ts)`/g)].map(([, file = '']) => file);
    expect(files).not.toEqual([]);
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });
});

function drawnArrows(): string[] {
  const [, picture = ''] = /^## Folders\n.*?^```mermaid\n(.*?)^```$/ms.exec(text) ?? [];
  return [...picture.matchAll(/^ +(\w+) --> (.+)$/gm)].flatMap(([, from = '', to = '']) =>
    to.split(' & ').map((folder) => `${from} --> ${folder}`),
  );
}

function allowedArrows(): string[] {
  return forbidden.flatMap(({ name, to }) => {
    const [, from] = /^(\w+)-uses-only-what-it-may$/.exec(name) ?? [];
    if (from === undefined || FOUNDATION.includes(from) || !Array.isArray(to.pathNot)) return [];
    return to.pathNot
      .map((path) => String(path).replace(/^\^src\/(\w+)\/$/, '$1'))
      .filter((folder) => folder !== from && !FOUNDATION.includes(folder))
      .map((folder) => `${from} --> ${folder}`);
  });
}
