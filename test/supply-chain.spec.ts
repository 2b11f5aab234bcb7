import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface Locked {
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));

/**
 * What has an install script, which is not run: it picks, fetches or builds a binary for the platform, which comes as a package of its
 * own anyway. One that tells somebody of the installation has no place here: `@scarf/scarf` is replaced by an empty package.
 */
const WITH_INSTALL_SCRIPT = ['@parcel/watcher', '@swc/core', 'esbuild', 'koffi', 'unrs-resolver'];

/** As people read it, and what is pulled: the digest of an index, of 64 hexadecimal digits. */
const PINNED = /^[a-z]+(\/[a-z]+)?:v?\d+\.\d+\.\d+(-[a-z-]+)?@sha256:[0-9a-f]{64}$/;

const filesOf = (folder: string, name: RegExp) =>
  readdirSync(new URL(folder, root))
    .filter((file) => name.test(file))
    .map((file) => folder + file);

const COMPOSE_FILES = filesOf('docker/', /^compose.*\.yaml$/);
const recipes = [...filesOf('docker/', /^Dockerfile/), ...COMPOSE_FILES].map((file) => ({
  file,
  images: imagesOf(read(file)),
}));

/** The images of others that a Dockerfile or a compose file takes, a frontend of BuildKit among them. */
function imagesOf(recipe: string): string[] {
  const stages = new Set([...recipe.matchAll(/^FROM .* AS (\S+)$/gm)].map(([, stage]) => stage));
  const named = [...recipe.matchAll(/^(?:# *syntax *=|FROM|COPY --from=| *image:) *(\S+)/gm)];
  return named.map(([, image = '']) => image).filter((image) => !stages.has(image));
}

describe('the packages', () => {
  it('have install scripts in so many, none of which is run', () => {
    const names = installed.flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
    );
    expect([...new Set(names)].sort()).toEqual(WITH_INSTALL_SCRIPT);
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
    expect(read('docker/Dockerfile').match(/npm ci(?! --ignore-scripts)/g)).toBeNull();
  });

  it('are each held to a hash', () => {
    expect(installed.filter(([, { integrity, link }]) => !integrity && !link).map(([path]) => path)).toEqual([]);
  });

  it('are listed as CycloneDX', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const [command = '', ...options] = (scripts.sbom ?? '').split(' ');
    const text = execFileSync(command, options, { cwd: fileURLToPath(root), encoding: 'utf8', maxBuffer: 1e8 });
    const { bomFormat, components } = JSON.parse(text) as { bomFormat: string; components: { name: string }[] };
    expect(bomFormat).toBe('CycloneDX');
    expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['ws', 'surrealdb', '@nestjs/core']));
  });
});

describe('the actions of the workflows', () => {
  it.each(filesOf('.github/workflows/', /\.yml$/))('of %s are named by commit', (file) => {
    const actions = [...read(file).matchAll(/^ *- uses: *(.*)$/gm)].map(([, action]) => action);
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});

describe('the images', () => {
  it.each(recipes)('of $file are each named by version and digest, which no variable replaces', ({ images }) => {
    expect(images.length).toBeGreaterThan(0);
    for (const image of images) expect(image).toMatch(PINNED);
  });

  it('are the same wherever they are named', () => {
    const digests = new Map<string, Set<string>>();
    for (const image of recipes.flatMap(({ images }) => images)) {
      const [name = '', digest = ''] = image.split(/:.*@/);
      digests.set(name, (digests.get(name) ?? new Set()).add(digest));
    }
    expect([...digests].filter(([, { size }]) => size > 1)).toEqual([]);
    expect([...digests.keys()].sort()).toEqual(['caddy', 'node', 'redis', 'surrealdb/surrealdb']);
  });

  it('are moved on by pull requests', () => {
    const [, ...updates] = read('.github/dependabot.yml').split('package-ecosystem: ');
    const watched = updates.map((update) => /^(\S+)\n {4}directory: (\S+)\n/.exec(update)?.slice(1));
    expect(watched).toEqual([
      ['docker', '/docker'],
      ['docker-compose', '/docker'],
      ['github-actions', '/'],
    ]);
  });

  it.each(COMPOSE_FILES)('run with limits of memory, processes and files in %s', (file) => {
    const compose = read(file);
    const [, services = ''] = /^services:\n(.*?)^configs:/ms.exec(compose) ?? [];
    const [, shared = ''] = /^x-gateway: &gateway\n(.*?)^\w/ms.exec(compose) ?? [];
    const all = services.split(/^ {2}(?=[\w-]+:)/m).slice(1);
    for (const service of all.map((text) => (/^[\w-]+: \*gateway$/m.test(text) ? shared : text))) {
      for (const limit of ['mem_limit: ', 'pids_limit: ', 'nofile: ']) expect(service).toContain(limit);
    }
  });
});
