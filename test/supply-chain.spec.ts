import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

const COMPOSE_FILES = ['docker/compose.yaml', 'docker/compose.scale.yaml'] as const;

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

describe('the images', () => {
  it('are named by digest, without which nothing is built or started', () => {
    const stages = [...read('docker/Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image);
    const compositions = COMPOSE_FILES.map(read).join('\n');
    const images = [...compositions.matchAll(/^ {4}image: (\S+)/gm)].map(([, image = '']) => image);
    const foreign = [...stages.filter((image) => image.includes(':')), ...images];
    expect(foreign).toHaveLength(8);
    for (const image of foreign) expect(image).toMatch(/@(sha256:[0-9a-f]{64}$|\$\{[A-Z]+_DIGEST(}|:\?))/);
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
