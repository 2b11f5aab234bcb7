import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.js';
import { spawnEmbedded } from './embedded-child.js';
import { type ResolvedOptions, resolveOptions, type SurrealOptions } from './options.js';
import { reservePort } from './port.js';
import { spawnServer } from './server-child.js';
import type { SurrealProcess } from './surreal-process.js';

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;
/** After serving so long an end counts as the first one again. */
const STEADY_MS = 10_000;
const STOP_MS = 5_000;

/** Runs one server and starts it again, on its port and folder, each time it dies. */
export class Supervisor implements SurrealProcess {
  readonly kind: SurrealProcess['kind'];
  readonly #options: ResolvedOptions;
  readonly #stopping = new AbortController();
  #child: Child;
  #ready: Promise<unknown>;
  #watching: Promise<void>;
  #backoff = FIRST_BACKOFF_MS;

  private constructor(
    private readonly events: SurrealOptions,
    private readonly port: number,
  ) {
    this.kind = events.bin === undefined ? 'embedded' : 'server';
    this.#options = resolveOptions(events);
    this.#child = this.#spawn();
    this.#ready = this.#child.listening;
    this.#watching = Promise.resolve();
  }

  /** Rejects, and leaves nothing running, when the first start fails. */
  static async start(options: SurrealOptions): Promise<Supervisor> {
    const supervisor = new Supervisor(options, await reservePort(options.port ?? 0));
    try {
      await supervisor.#ready;
    } catch (error) {
      await endChild(supervisor.#child);
      throw error;
    }
    supervisor.#watching = supervisor.#watch();
    return supervisor;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/rpc`;
  }

  get pid(): number {
    return this.#child.process.pid ?? 0;
  }

  async ready(): Promise<void> {
    await this.#ready;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.process.kill(signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await endChild(this.#child);
    await this.#watching;
  }

  #spawn(): Child {
    const { bin } = this.#options;
    return bin === undefined ? spawnEmbedded(this.#options, this.port) : spawnServer(bin, this.#options, this.port);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const since = Date.now();
      const exit = await this.#child.ended;
      if (signal.aborted) break;
      if (Date.now() - since > STEADY_MS) this.#backoff = FIRST_BACKOFF_MS;
      const restarted = this.#restart();
      this.#ready = restarted;
      this.events.onExit?.(exit);
      await restarted.catch(() => undefined);
    }
  }

  /** Tries until it serves or is stopped. */
  async #restart(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await delay(this.#backoff, undefined, { signal });
      this.#backoff = Math.min(this.#backoff * 2, MAX_BACKOFF_MS);
      signal.throwIfAborted();
      this.#child = this.#spawn();
      try {
        await this.#child.listening;
      } catch (error) {
        this.#options.log(`SurrealDB did not start again: ${(error as Error).message}`);
        await endChild(this.#child);
        continue;
      }
      this.events.onRestart?.();
      return;
    }
  }
}

/** Asks it to end, frozen or not, and kills it when it hasn't in time. */
async function endChild({ process: child, ended }: Child): Promise<void> {
  child.kill('SIGTERM');
  child.kill('SIGCONT');
  const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended.catch(() => undefined);
  clearTimeout(impatience);
}
