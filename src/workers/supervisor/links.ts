import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import type { WorkerLink } from '../link/vocabularies.js';

/** Part of what may wait for a worker from which on the others' work waits for it, as long as it takes anything. */
const PART_TO_WAIT = 1 / 8;
/** How often it is looked how much waits, in ms. */
const LOOK_MS = 20;
/** A worker that has taken nothing for so long isn't waited for, in ms; nor is one that lags behind for as long as the second. */
const STALLED_MS = 1_000;
const LAGGING_MS = 5_000;

/** How a worker takes what it is told. */
interface Taking {
  bytes: number;
  /** When it took anything last. */
  at: number;
  /** Since when more waits for it than should. */
  laggingSince: number;
}

export interface LinksListener {
  /** More waits for this worker than may, and it takes nothing, or too slowly. */
  overflowed(link: WorkerLink): void;
}

/** The links to all workers: what is told to all of them, and whether they can follow. */
@Injectable()
export class Links implements Iterable<WorkerLink> {
  private readonly links = new Map<WorkerLink, Taking>();
  private listener: LinksListener | undefined;
  private timer: NodeJS.Timeout | undefined;
  private relief: (() => void)[] = [];

  constructor(
    private readonly config: Config,
    metrics: MetricsService,
  ) {
    metrics.workerBytesWaiting.readFrom(() => [...this.links.keys()].reduce((sum, link) => sum + link.waitingBytes, 0));
  }

  listen(listener: LinksListener): void {
    this.listener = listener;
  }

  [Symbol.iterator](): IterableIterator<WorkerLink> {
    return this.links.keys();
  }

  add(link: WorkerLink): void {
    this.links.set(link, { bytes: link.takenBytes, at: performance.now(), laggingSince: Infinity });
    this.timer ??= setInterval(() => this.look(), LOOK_MS);
  }

  delete(link: WorkerLink): void {
    this.links.delete(link);
    if (this.links.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.relieve();
  }

  /** Settles when the workers that take what they are told have taken most of it; `undefined`: they have. */
  get caughtUp(): Promise<void> | undefined {
    if (!this.someoneLags()) return undefined;
    return new Promise((resolve) => this.relief.push(resolve));
  }

  private look(): void {
    const now = performance.now();
    for (const [link, taking] of this.links) {
      const { takenBytes, waitingBytes } = link;
      if (takenBytes !== taking.bytes || waitingBytes === 0) taking.at = now;
      taking.bytes = takenBytes;
      if (waitingBytes <= this.enough) taking.laggingSince = Infinity;
      else taking.laggingSince = Math.min(taking.laggingSince, now);
      // What is told in one go can be more than the limit: it is a bound for those that don't take it.
      if (waitingBytes > this.config.limitWorkerBytes && !this.follows(taking, now)) this.listener?.overflowed(link);
    }
    if (this.relief.length > 0 && !this.someoneLags()) this.relieve();
  }

  private someoneLags(): boolean {
    const now = performance.now();
    for (const [link, taking] of this.links)
      if (link.waitingBytes > this.enough && this.follows(taking, now)) return true;
    return false;
  }

  /** Whether it takes what it is told, and hasn't lagged for long. */
  private follows({ at, laggingSince }: Taking, now: number): boolean {
    return now - at < STALLED_MS && now - Math.min(now, laggingSince) < LAGGING_MS;
  }

  private get enough(): number {
    return this.config.limitWorkerBytes * PART_TO_WAIT;
  }

  private relieve(): void {
    const { relief } = this;
    this.relief = [];
    for (const settle of relief) settle();
  }
}
