import { readFile } from 'node:fs/promises';
import { startGateway, type Gateway } from '../test/support/gateway.js';
import { Metrics } from './metrics.js';
import type { Point } from './slope.js';

const METRICS_TIMEOUT_MS = 500;
/** A machine that has much to do takes its time. */
const START_MS = 180_000;
const PAGE_BYTES = 4_096;
const MIB = 1024 * 1024;

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

  /** Stops the process that runs now. @returns what lets that same one go on, whoever is there by then */
  freeze(): () => void {
    const life = this.up;
    life?.gateway.kill('SIGSTOP');
    return () => life?.gateway.kill('SIGCONT');
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
      const life = this.end();
      life?.gateway.kill('SIGCONT');
      await life?.gateway.stop();
    });
  }

  /** Ends all that it has started, and waits for nothing. */
  abandon(): void {
    for (const { gateway } of this.lives) gateway.kill('SIGKILL');
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
