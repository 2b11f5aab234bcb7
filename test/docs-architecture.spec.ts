import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';

interface DependencyRules {
  readonly forbidden: readonly { readonly name: string; readonly to: { readonly pathNot?: unknown } }[];
}

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('docs/architecture.md', root), 'utf8');
const [, folders = ''] = /^## Folders\n(.*?)^## /ms.exec(text) ?? [];
const pictures = [...folders.matchAll(/^```mermaid\n(.*?)^```$/gms)].map(([, picture]) => picture);
const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as DependencyRules;

/** Depend on nothing above them, and are left out of the picture. */
const FOUNDATION = ['delivery', 'audit', 'metrics', 'errors', 'config'];

describe('docs/architecture.md', () => {
  it('draws the arrows between folders that the linter holds', () => {
    const drawn = drawnArrows(pictures[0]);
    expect(drawn).toContain('realtime --> subscriptions');
    expect(drawn.sort()).toEqual(allowedArrows('src').sort());
  });

  it('draws the arrows between the rooms of src/surreal/ that the linter holds', () => {
    const drawn = drawnArrows(pictures[1]);
    expect(drawn).toContain('feed --> live');
    expect(drawn.sort()).toEqual(allowedArrows('src/surreal').sort());
  });

  it('lists every folder of src/, and no others', () => {
    const [, list = ''] = /^src\/\n(.*?)^libs\/$/ms.exec(text) ?? [];
    const listed = [...list.matchAll(/(?<=^ {2}|^ {2}\w.*\/ )(\w+)(?=\/)/gm)].map(([name]) => name);
    const there = readdirSync(new URL('src', root), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(listed.sort()).toEqual(there.map(({ name }) => name).sort());
  });

  it('names files that there are', () => {
    const files = [...text.matchAll(/`((?:src|libs)\/[\w./-]+\.ts)`/g)].map(([, file = '']) => file);
    expect(files).not.toEqual([]);
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });
});

function drawnArrows(picture = ''): string[] {
  return [...picture.matchAll(/^ +([\w-]+) --> (.+)$/gm)].flatMap(([, from = '', to = '']) =>
    to.split(' & ').map((folder) => `${from} --> ${folder}`),
  );
}

/** Between what lies directly in a folder. */
function allowedArrows(parent: string): string[] {
  return forbidden.flatMap(({ name, to }) => {
    const from = nameIn(parent, name, '-uses-only-what-it-may');
    if (from === undefined || FOUNDATION.includes(from) || !Array.isArray(to.pathNot)) return [];
    return to.pathNot
      .map((path) => nameIn(`^${parent}`, String(path), '/'))
      .filter((folder) => folder !== undefined && folder !== from && !FOUNDATION.includes(folder))
      .map((folder) => `${from} --> ${folder}`);
  });
}

function nameIn(parent: string, text: string, end: string): string | undefined {
  const name = text.startsWith(`${parent}/`) && text.endsWith(end) ? text.slice(parent.length + 1, -end.length) : '';
  return /^[\w-]+$/.test(name) ? name : undefined;
}
