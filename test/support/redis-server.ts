import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './poll.js';

/** Debian's `redis-server`, or what REDIS_SERVER names. */
export const REDIS_BIN = process.env.REDIS_SERVER ?? 'redis-server';
const START_MS = 15_000;
const ANSWER_MS = 5_000;
/** What it keeps in its folder; before Redis 7 one file. */
const DATA = ['appendonlydir', 'appendonly.aof', 'dump.rdb'];

/** A Redis server of a test's own, on a free port of 127.0.0.1, in a folder of its own. */
export class RedisServer {
  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly options: readonly string[],
    private child: ChildProcess,
  ) {}

  /**
   * Starts one. By default it writes all to its folder before it answers.
   * @param configure writes a configuration file into its folder, and answers its path
   */
  static async start(
    options: readonly string[] = ['--appendonly', 'yes'],
    configure?: (folder: string) => Promise<string>,
  ): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'edge-hive-redis-'));
    const port = await freePort();
    const all = configure
      ? [await configure(folder), ...place(port, folder), ...options]
      : [...place(port, folder), '--save', '', ...options];
    const server = new RedisServer(port, folder, all, run(all));
    await server.ready();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills it. */
  async kill(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.signal('SIGKILL');
    await exit;
  }

  /** Starts it again on its port, with its data or without. */
  async restart({ data = true } = {}): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    if (!data) await this.clear();
    this.child = run(this.options);
    await this.ready();
  }

  /** Notes what it has on its disk now. @returns what sets it back to that: it is killed, and started again */
  async note(): Promise<() => Promise<void>> {
    const noted = join(this.folder, 'noted');
    const there = DATA.filter((name) => existsSync(join(this.folder, name)));
    for (const name of there) await cp(join(this.folder, name), join(noted, name), { recursive: true });
    return async () => {
      await this.kill();
      await this.clear();
      for (const name of there) await rename(join(noted, name), join(this.folder, name));
      await this.restart();
    };
  }

  /** Sends a command as a line of text. @returns the answer as Redis wrote it */
  async ask(command: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('Redis does not answer.')));
    socket.once('end', () => socket.destroy(new Error('Redis closed the connection.')));
    socket.write(`${command}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async clear(): Promise<void> {
    for (const name of DATA) await rm(join(this.folder, name), { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    await until(async () => /PONG|NOAUTH/.test(await this.ask('PING').catch(() => '')), START_MS);
  }
}

function place(port: number, folder: string): string[] {
  return ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
}

function run(options: readonly string[]): ChildProcess {
  return spawn(REDIS_BIN, options, { stdio: 'ignore' });
}

/** One of which the port for the cluster bus, 10,000 higher, is a port, too. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  const port = typeof address === 'object' && address ? address.port : 0;
  return port < 50_000 ? port : freePort();
}
