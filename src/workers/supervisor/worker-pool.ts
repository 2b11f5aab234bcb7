import cluster, { type Worker } from 'node:cluster';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { encodeNotice } from '../link/link.js';
import type { SupervisorSays, WorkerLink, WorkerNotices } from '../link/vocabularies.js';
import { SUPERVISOR_SOCKET } from '../place.js';
import { Links } from './links.js';
import { RestartPause } from './restart-pause.js';
import { Switchboard } from './switchboard.js';
import { WorkerFailed } from './worker-failed.js';

/** How often workers are asked whether they are alive, in ms, and how many times they may say nothing. */
const PING_MS = 1_000;
const MOST_UNANSWERED = 10;
/** For how long a worker may start, in ms. */
const START_MS = 60_000;
/** What a worker may take beyond the deadline for its clients, in ms, before it is killed. */
const END_MS = 5_000;

type Serving = WorkerNotices['serving'];

interface Member {
  readonly process: Worker;
  readonly startedAt: number;
  link?: WorkerLink;
  serving?: Serving;
  unanswered: number;
  /** Why it was killed. */
  killedFor?: 'silent' | 'slow';
}

/** Runs the workers: starts each again that ends, and ends all of them. */
@Injectable()
export class WorkerPool implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Workers');
  private readonly members = new Map<number, Member>();
  private readonly pause = new RestartPause();
  private size = 0;
  private stopping = false;
  private started = false;
  private timers = new Set<NodeJS.Timeout>();
  private waiting: { resolve: (serving: Serving) => void; reject: (error: Error) => void } | undefined;
  private ended: () => void = () => undefined;

  constructor(
    private readonly config: Config,
    private readonly links: Links,
    private readonly switchboard: Switchboard,
    private readonly metrics: MetricsService,
  ) {
    metrics.workersServing.readFrom(() => this.serving.length);
    links.listen({ overflowed: (link) => this.kill(link, 'slow') });
  }

  /** Starts so many. @returns what one of them has to say of itself @throws WorkerFailed */
  async start(size: number): Promise<Serving> {
    this.size = size;
    await this.switchboard.listen({ attached: (pid, link) => this.attached(pid, link) });
    // Workers accept themselves: none of them is handed a connection that it doesn't take, and this process is in nobody's way.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.on('exit', (worker, code, signal) => this.exited(worker, signal ?? code));
    this.every(PING_MS, () => this.ping());
    const serving = await this.begun();
    this.started = true;
    return serving;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    if (this.members.size === 0) return;
    const ended = new Promise<void>((resolve) => (this.ended = resolve));
    for (const { process } of this.members.values()) process.process.kill('SIGTERM');
    const timer = setTimeout(() => this.killAll(), this.config.drainDeadlineMs + END_MS);
    await ended;
    clearTimeout(timer);
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await this.switchboard.close();
  }

  private get serving(): readonly Member[] {
    return [...this.members.values()].filter(({ serving }) => serving);
  }

  /** Settles when all serve. */
  private begun(): Promise<Serving> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      while (this.members.size < this.size) this.fork();
    });
  }

  private fork(): void {
    const process = cluster.fork({ [SUPERVISOR_SOCKET]: this.switchboard.path });
    this.members.set(process.id, { process, startedAt: performance.now(), unanswered: 0 });
  }

  private attached(pid: number, link: WorkerLink): boolean {
    const member = [...this.members.values()].find(({ process }) => process.process.pid === pid);
    if (!member || member.link) return false;
    member.link = link;
    this.links.add(link);
    void link.end.then(() => this.links.delete(link));
    link.handle({
      notices: {
        pong: () => (member.unanswered = 0),
        serving: (serving) => this.serves(member, serving),
      },
      questions: { failed: (reason) => this.failed(reason) },
    });
    return true;
  }

  private serves(member: Member, serving: Serving): void {
    member.serving = serving;
    this.tellServing();
    const { waiting } = this;
    if (!waiting || this.serving.length < this.members.size) return;
    this.waiting = undefined;
    waiting.resolve(serving);
  }

  private failed(reason: string): null {
    if (this.waiting) this.waiting.reject(new WorkerFailed(reason));
    else this.logger.error(`A worker can't start: ${reason}`);
    return null;
  }

  private ping(): void {
    for (const member of this.members.values()) {
      const { link, serving, startedAt } = member;
      if (!serving && performance.now() - startedAt > START_MS) this.end(member, 'silent');
      if (!link) continue;
      // What counts are turns of this process, not time: it may have stood still itself.
      if (member.unanswered >= MOST_UNANSWERED) this.end(member, 'silent');
      else link.notify('ping', null);
      member.unanswered += 1;
    }
  }

  private kill(link: WorkerLink, reason: 'slow'): void {
    for (const member of this.members.values()) if (member.link === link) this.end(member, reason);
  }

  private end(member: Member, reason: 'silent' | 'slow'): void {
    if (member.killedFor) return;
    member.killedFor = reason;
    member.link?.destroy();
    member.process.process.kill('SIGKILL');
  }

  private killAll(): void {
    for (const { process } of this.members.values()) process.process.kill('SIGKILL');
  }

  private exited({ id }: Worker, how: string | number): void {
    const member = this.members.get(id);
    if (!member) return;
    this.members.delete(id);
    // Its socket may be read to its end a little later.
    member.link?.destroy();
    if (this.stopping) return this.members.size === 0 ? this.ended() : undefined;
    if (!this.started) return this.waiting?.reject(new WorkerFailed(`A worker ended at its start (${how}).`));
    this.restart(member, how);
  }

  private restart({ process, startedAt, killedFor }: Member, how: string | number): void {
    const reason = killedFor ?? 'died';
    this.metrics.workerRestarts.inc(reason);
    const wait = this.pause.after(performance.now() - startedAt);
    this.logger.warn(`Worker ${process.process.pid} ended (${how}, ${reason}); another is started in ${wait} ms`);
    this.tellServing();
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.stopping && this.members.size < this.size) this.fork();
    }, wait);
    this.timers.add(timer);
  }

  private tellServing(): void {
    const frame = encodeNotice<SupervisorSays, 'serving'>('serving', [this.serving.length, this.size]);
    for (const link of this.links) link.send(frame);
  }

  private every(milliseconds: number, work: () => void): void {
    this.timers.add(setInterval(work, milliseconds));
  }
}
