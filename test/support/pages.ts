import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { EmptyProject } from './empty-project.js';

/** Serves a script that uses a package of a project, bundled and as it is: `/bundled` and `/page` are pages that load it. */
export class Pages {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  /** @param library folder of the package in libs/ */
  static async of({ folder }: EmptyProject, library: string, script: string): Promise<Pages> {
    const entry = join(folder, 'page.js');
    writeFileSync(entry, script);
    const bundled = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
    const dist = join(folder, 'node_modules/@edge-hive', library, 'dist');
    const modules = readdirSync(dist).filter((name) => name.endsWith('.js'));
    const scripts = new Map([
      ...modules.map((name) => [`/${name}`, readFileSync(join(dist, name), 'utf8')] as const),
      ['/bundled.js', bundled.outputFiles[0]?.text ?? ''],
      ['/page.js', script.replace(`@edge-hive/${library}`, '/index.js')],
    ]);
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://page');
      const found = scripts.get(pathname);
      response.setHeader('Content-Type', found === undefined ? 'text/html' : 'text/javascript');
      response.end(found ?? `<!doctype html><script type="module" src="${pathname}.js"></script>`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Pages(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  close(): void {
    this.server.close();
  }
}
