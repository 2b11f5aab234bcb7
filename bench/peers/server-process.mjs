import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { childrenOf } from '../measure/process-stat.mjs';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

const COLLECTABLE = ['--expose-gc', '--import', new URL('../measure/collect.mjs', import.meta.url).href];

/** A server under test. It says where it listens. */
export class ServerProcess {
  #child;

  constructor(child, port) {
    this.#child = child;
    this.pid = child.pid;
    this.host = '127.0.0.1';
    this.port = port;
  }

  /** Its processes that serve clients, and itself. */
  get pids() {
    return [this.pid, ...childrenOf(this.pid, this.#child.spawnargs.at(-1))];
  }

  static async start(script, { env = {}, profile, collectable = false } = {}) {
    const nodeOptions = collectable ? [...COLLECTABLE] : [];
    if (profile !== undefined) nodeOptions.push('--cpu-prof', '--cpu-prof-dir', profile);
    const child = spawn(process.execPath, [...nodeOptions, script], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        const port = /^listening on http:\/\/\S+:(\d+)$/.exec(line)?.[1];
        if (port === undefined) continue;
        child.stdout.resume();
        return new ServerProcess(child, Number(port));
      }
    } finally {
      clearTimeout(timer);
    }
    throw new Error(`${script} did not start.`);
  }

  /** Its memory without garbage. For those that were started to be `collectable`. */
  async collect() {
    const answered = once(this.#child, 'message', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    this.#child.send('collect');
    const [memory] = await answered;
    return memory;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    this.#child.kill('SIGTERM');
    await exited;
    clearTimeout(timer);
  }
}
