import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const BIN = process.env.REDIS_SERVER ?? 'redis-server';
const START_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

export const hasRedis = () => spawnSync(BIN, ['--version']).status === 0;

/** A Redis of a measurement's own, that writes nothing to a disk. */
export class RedisServer {
  #child;
  #folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));

  static async start() {
    const server = new RedisServer();
    server.port = await freePort();
    server.url = `redis://127.0.0.1:${server.port}`;
    const options = ['--port', server.port, '--bind', '127.0.0.1', '--save', '', '--dir', server.#folder];
    server.#child = spawn(BIN, options, { stdio: 'ignore' });
    server.pid = server.#child.pid;
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await answers(server.port))) {
      if (Date.now() > deadline) throw new Error(`${BIN} did not start.`);
      await delay(POLL_MS);
    }
    return server;
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#folder, { recursive: true });
  }
}

async function answers(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
