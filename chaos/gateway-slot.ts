import { readFile } from 'node:fs/promises';
import { startGateway, type Gateway } from '../test/support/gateway.js';
import { untilGone } from '../test/support/processes.js';
import { workersOf } from '../test/support/workers.js';
import { Metrics } from './metrics.js';
import type { Random } from './random.js';
import type { Point } from './slope.js';

const METRICS_TIMEOUT_MS = 500;
/** A machine that has much to do takes its time. */
const START_MS = 180_000;
const PAGE_BYTES = 4_096;
const MIB = 1024 * 1024;
/** A supervisor finds a worker that stands still in ten seconds, and has faults of its own. */
const REPLACED_MS = 120_000;
/** What a supervisor says of a worker that has ended. */
const WORKER_ENDED = /Worker (\d+) ended \(([^,]+), (\w+)\)/g;

/** One process of a gateway, from its start to its end. */
export interface GatewayLife {
  readonly gateway: Gateway;
  /** Resident memory in MiB, by seconds of its life. */
  readonly memory: Point[];
  readonly startedAt: number;
  /** The last that it said of itself. */
  metrics?: Metrics;
  /** It is meant to end. */
  isOver: boolean;
}

/** The place of a gateway: a process that ends is followed by another, until `stop()`. */
export class GatewaySlot {
  readonly lives: GatewayLife[] = [];
  /** Ends that nobody had caused, with what the process had printed. */
  readonly crashes: string[] = [];
  private readonly killed = new Set<number>();
  private up: GatewayLife | undefined;
  private changing: Promise<void> = Promise.resolve();

  constructor(
    readonly number: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Where it listens; undefined while it is down. */
  get port(): number | undefined {
    return this.up && Number(new URL(this.up.gateway.httpUrl).port);
  }

  /** Of its HTTP API; undefined while it is down. */
  get url(): string | undefined {
    return this.up?.gateway.httpUrl;
  }

  /** Errors that its processes have printed. */
  get complaints(): readonly string[] {
    return this.lives.flatMap(
      ({ gateway }) => gateway.output.match(/^.*\bERROR\b.*(?:\n(?!.*\[Nest\]).*){0,8}/gm) ?? [],
    );
  }

  /** Why its workers have ended, as their supervisors say. */
  get workerEnds(): readonly string[] {
    return this.ends.map(({ reason }) => reason);
  }

  /** Workers that have ended of which nobody knows why. */
  get workerCrashes(): readonly string[] {
    const crashed = this.ends.filter(({ pid, reason }) => reason === 'died' && !this.killed.has(pid));
    return crashed.map(({ pid, how }) => `worker ${pid} of gateway ${this.number} ended (${how})`);
  }

  start(): Promise<void> {
    return this.change(() => this.begin());
  }

  kill(): Promise<void> {
    return this.change(async () => {
      const life = this.end();
      life?.gateway.kill('SIGKILL');
      await life?.gateway.exited();
      await this.begin();
    });
  }

  /** The new one serves before the old one is asked to go. */
  redeploy(): Promise<void> {
    return this.change(async () => {
      const old = this.up;
      await this.begin();
      if (!old) return;
      old.isOver = true;
      await old.gateway.stop();
    });
  }

  /** Stops all processes that run now. @returns what lets those same go on, whoever is there by then */
  freeze(): () => void {
    const pids = [...this.supervisors, ...this.workers];
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return () => pids.forEach((pid) => signal(pid, 'SIGCONT'));
  }

  /** The same of the process alone that others work for. */
  freezeSupervisor(): () => void {
    const pids = this.supervisors;
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return () => pids.forEach((pid) => signal(pid, 'SIGCONT'));
  }

  /** Kills one of its workers. Settles when it is gone. */
  async killWorker(random: Random): Promise<void> {
    const pid = this.pickWorker(random);
    if (pid === undefined) return;
    this.killed.add(pid);
    signal(pid, 'SIGKILL');
    await untilGone([pid], REPLACED_MS);
  }

  /** Stops one of its workers. @returns what lets it go on */
  freezeWorker(random: Random): () => void {
    const pid = this.pickWorker(random);
    if (pid === undefined) return () => undefined;
    signal(pid, 'SIGSTOP');
    return () => signal(pid, 'SIGCONT');
  }

  /** The same, until its supervisor has ended it. That lives as long: without it nobody would. */
  loseWorker(random: Random): Promise<void> {
    return this.change(async () => {
      const pid = this.pickWorker(random);
      if (pid === undefined) return;
      signal(pid, 'SIGSTOP');
      await untilGone([pid], REPLACED_MS);
    });
  }

  /** Notes what the process that runs takes and tells. One that is frozen tells nothing. */
  async look(): Promise<void> {
    const life = this.up;
    if (!life) return;
    const [, pages] = (await readFile(`/proc/${life.gateway.pid}/statm`, 'utf8').catch(() => '')).split(' ');
    if (pages) life.memory.push({ x: (Date.now() - life.startedAt) / 1_000, y: (Number(pages) * PAGE_BYTES) / MIB });
    const metrics = await Metrics.of(life.gateway, METRICS_TIMEOUT_MS).catch(() => undefined);
    if (metrics) life.metrics = metrics;
  }

  stop(): Promise<void> {
    return this.change(async () => {
      for (const pid of [...this.supervisors, ...this.workers]) signal(pid, 'SIGCONT');
      await this.end()?.gateway.stop();
    });
  }

  /** Ends all that it has started, and waits for nothing. */
  abandon(): void {
    for (const { gateway } of this.lives) gateway.kill('SIGKILL');
  }

  private get ends(): readonly { readonly pid: number; readonly how: string; readonly reason: string }[] {
    return this.lives.flatMap(({ gateway }) =>
      [...gateway.output.matchAll(WORKER_ENDED)].map(([, pid, how = '', reason = '']) => ({
        pid: Number(pid),
        how,
        reason,
      })),
    );
  }

  private get supervisors(): readonly number[] {
    return this.up ? [this.up.gateway.pid] : [];
  }

  private get workers(): readonly number[] {
    return this.up ? workersOf(this.up.gateway) : [];
  }

  /** One that runs; undefined while there is none. */
  private pickWorker(random: Random): number | undefined {
    const { workers } = this;
    return workers.length > 0 ? random.pick(workers) : undefined;
  }

  private end(): GatewayLife | undefined {
    const life = this.up;
    this.up = undefined;
    if (life) life.isOver = true;
    return life;
  }

  private async begin(): Promise<void> {
    const startedAt = Date.now();
    const gateway = await startGateway(this.env, { startMs: START_MS });
    const life: GatewayLife = { gateway, memory: [], startedAt, isOver: false };
    this.lives.push(life);
    this.up = life;
    void gateway.exited().then(({ code, signal }) => {
      if (!life.isOver) this.crashes.push(`gateway ${this.number} ended (${signal ?? code}):\n${gateway.output}`);
    });
  }

  /** One after the other: what is being started can't be killed. */
  private change(step: () => Promise<void>): Promise<void> {
    const changed = this.changing.then(step);
    this.changing = changed.catch(() => undefined);
    return changed;
  }
}

/** Of a process that may have ended meanwhile. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
