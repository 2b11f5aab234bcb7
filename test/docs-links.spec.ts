import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../', import.meta.url);
const documents = [
  ...markdownIn('.', false),
  ...['docs', 'libs', 'examples', 'docker', 'bench', 'chaos', 'fuzz', '.changeset'].flatMap((folder) =>
    markdownIn(folder),
  ),
];

describe('documents', () => {
  it.each(documents)('%s links to files and headings that exist', (document) => {
    const broken = linksOf(new URL(document, root)).filter((link) => !leadsSomewhere(link));
    expect(broken.map(String)).toEqual([]);
  });
});

function markdownIn(folder: string, recursive = true): string[] {
  return readdirSync(new URL(folder, root), { recursive, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
    .map((path) => `${folder}/${path}`);
}

/** Links and images within the project, as file URLs. */
function linksOf(document: URL): URL[] {
  const links = readFileSync(document, 'utf8').matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, target = '']) => new URL(target, document)).filter(({ protocol }) => protocol === 'file:');
}

function leadsSomewhere(link: URL): boolean {
  if (!existsSync(link)) return false;
  return link.hash === '' || anchorsOf(readFileSync(fileURLToPath(link), 'utf8')).includes(link.hash.slice(1));
}

/** Those that GitHub makes of headings, and explicit ones. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}
