import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { residentBytes } from '../measure/process-stat.mjs';

const CONFIG = `listen: "127.0.0.1:-1"\nwebsocket { listen: "127.0.0.1:-1", no_tls: true }\n`;

/** NATS's WebSocket listener, where `nats-server` is installed. It has no tokens, rights, cursors or history here. */
export const nats = {
  name: 'NATS',
  dialect: 'nats',
  /** What it is spoken with where publishes are acknowledged. */
  acknowledged: 'nats-verbose',
  tokens: () => undefined,
  isThere: () => spawnSync('nats-server', ['--version']).status === 0,
  start: () => NatsServer.start(),
};

class NatsServer {
  host = '127.0.0.1';

  #child;
  #folder;

  static async start() {
    const server = new NatsServer();
    server.#folder = mkdtempSync(join(tmpdir(), 'bench-nats-'));
    const config = join(server.#folder, 'nats.conf');
    writeFileSync(config, CONFIG);
    server.#child = spawn('nats-server', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    server.pid = server.#child.pid;
    for await (const line of createInterface({ input: server.#child.stderr })) {
      const port = /websocket clients on ws:\/\/\S+:(\d+)/.exec(line)?.[1];
      if (port !== undefined) server.port = Number(port);
      if (!line.includes('Server is ready')) continue;
      server.#child.stderr.resume();
      return server;
    }
    throw new Error('nats-server did not start.');
  }

  /** Its memory. Nothing makes it collect its garbage first. */
  collect() {
    return { rss: residentBytes(this.pid) };
  }

  async stop() {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
    rmSync(this.#folder, { recursive: true });
  }
}
