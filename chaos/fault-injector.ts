import { setTimeout as delay } from 'node:timers/promises';
import { untilGone } from '../test/support/processes.js';
import { befall } from './channels/redis-faults.js';
import type { Fault } from './fault.js';
import { Random } from './random.js';
import { Recoveries } from './recoveries.js';
import type { Site } from './site.js';
import type { WiredClient } from './wired-client.js';

/** Of a database that stutters. */
const STOPPED_MS = [10, 90] as const;
const RUNNING_MS = [10, 60] as const;
/** Of the threads that are held: for longer than the fast window widens by what it sees otherwise. */
const HELD_AT_ONCE = 2;
const HELD_MS = [150, 400] as const;
const PAUSE_MS = [2, 10] as const;

export interface FaultRecord {
  readonly fault: Fault;
  readonly began: number;
  ended: number;
}

/** Makes the faults of a schedule, and notes when they were. */
export class FaultInjector {
  readonly made: FaultRecord[] = [];
  readonly recoveries: Recoveries;

  constructor(
    private readonly site: Site,
    /** Writes more than a stalled reader's outbox may hold. */
    private readonly writeMuch: () => Promise<void>,
  ) {
    this.recoveries = new Recoveries(site.listening);
  }

  /** Settles when the last fault is over; at once when stopped, with everything thawed. */
  async run(faults: readonly Fault[], stopping: AbortSignal): Promise<void> {
    const began = Date.now();
    const running: Promise<void>[] = [];
    for (const fault of faults) {
      await delay(Math.max(0, began + fault.at - Date.now()), undefined, { signal: stopping }).catch(() => undefined);
      if (stopping.aborted) break;
      const made = this.make(fault, stopping);
      made.catch(() => undefined); // told at the end
      running.push(made);
    }
    await Promise.all(running);
  }

  private async make(fault: Fault, stopping: AbortSignal): Promise<void> {
    const record: FaultRecord = { fault, began: Date.now(), ended: Infinity };
    this.made.push(record);
    await this.apply(fault, () => delay(fault.durationMs, undefined, { signal: stopping }).catch(() => undefined));
    record.ended = Date.now();
  }

  private async apply(fault: Fault, lasts: () => Promise<void>): Promise<void> {
    const { kind, share } = fault;
    const { database, clients, wired, channels } = this.site;
    const slot = this.site.slot(fault.gateway);
    const chosen = new Random(fault.at).shuffle(wired).slice(0, Math.ceil(wired.length * share));
    const there = () => this.site.listening.filter(({ wire }) => wire.leadsTo(slot.number));
    switch (kind) {
      case 'gateway killed':
        this.recoveries.begin(kind, there());
        await Promise.all([slot.kill(), channels?.party.bury(slot.number)]);
        return;
      case 'gateway redeployed':
        this.recoveries.begin(kind, there());
        return slot.redeploy();
      case 'worker killed':
        this.recoveries.begin(kind, there());
        await Promise.all([slot.killWorker(new Random(fault.at)), channels?.party.bury(slot.number)]);
        return;
      case 'worker frozen briefly': {
        const thaw = slot.freezeWorker(new Random(fault.at));
        await lasts();
        this.recoveries.begin(kind, there());
        return thaw();
      }
      case 'worker frozen for good':
        this.recoveries.begin(kind, there());
        return slot.loseWorker(new Random(fault.at));
      case 'supervisor frozen': {
        const thaw = slot.freezeSupervisor();
        await lasts();
        this.recoveries.begin(kind, there());
        return thaw();
      }
      case 'gateway frozen briefly': {
        const thaw = slot.freeze();
        await lasts();
        this.recoveries.begin(kind, there());
        return thaw();
      }
      case 'gateway frozen for long': {
        // Clients leave it: they don't wait for its end.
        this.recoveries.begin(kind, there());
        const thaw = slot.freeze();
        await lasts();
        return thaw();
      }
      case 'database killed':
        this.recoveries.begin(kind, clients);
        return this.killDatabase();
      case 'database frozen briefly':
      case 'database frozen for long':
        database.process.kill('SIGSTOP');
        await lasts();
        this.recoveries.begin(kind, clients);
        return database.process.kill('SIGCONT');
      case 'database stuttering':
        await this.stutter(new Random(fault.at), lasts());
        return this.recoveries.begin(kind, clients);
      case 'database threads held':
        await this.holdThreads(new Random(fault.at), lasts());
        return this.recoveries.begin(kind, clients);
      case 'sockets cut':
        return this.hit(kind, chosen, ({ wire }) => wire.cut());
      case 'sockets blackholed':
        return this.hit(kind, chosen, ({ wire }) => wire.blackhole());
      case 'readers stalled':
        return this.stall(kind, lasts);
      default:
        if (!channels?.redis) throw new Error(`There is no Redis for the fault ${kind}.`);
        await befall(channels.redis, kind, lasts);
        return this.recoveries.begin(kind, channels.party.served);
    }
  }

  private async killDatabase(): Promise<void> {
    const { process } = this.site.database;
    const { pid } = process;
    process.kill('SIGKILL');
    await untilGone([pid]);
    await process.ready();
  }

  /** As a container does that has used its share of the processor up: now it runs, now it doesn't. */
  private async stutter(random: Random, end: Promise<void>): Promise<void> {
    const { process } = this.site.database;
    await repeat(end, async () => {
      process.kill('SIGSTOP');
      await delay(random.between(...STOPPED_MS));
      process.kill('SIGCONT');
      await delay(random.between(...RUNNING_MS));
    });
  }

  /** What a thread is in the middle of committing becomes visible behind what others committed later. */
  private async holdThreads(random: Random, end: Promise<void>): Promise<void> {
    // Here, since only some systems have what it needs.
    const { holdThread } = await import('./thread-hold.js');
    const { pid } = this.site.database.process;
    const hold = async () => {
      const letGo = await holdThread(pid, random);
      if (letGo) await delay(random.between(...HELD_MS));
      letGo?.();
      await delay(random.between(...PAUSE_MS));
    };
    await Promise.all(Array.from({ length: HELD_AT_ONCE }, () => repeat(end, hold)));
  }

  private async hit(kind: Fault['kind'], clients: readonly WiredClient[], how: (client: WiredClient) => void) {
    this.recoveries.begin(kind, clients);
    clients.forEach(how);
  }

  private async stall(kind: Fault['kind'], lasts: () => Promise<void>): Promise<void> {
    const slow = this.site.clients.filter(({ cast }) => cast.slow);
    for (const { wire } of slow) wire.stall();
    await Promise.all([this.writeMuch(), lasts()]);
    this.recoveries.begin(kind, slow);
    for (const { wire } of slow) wire.resume();
  }
}

/** Does it again and again. Settles with the round that is under way at the end. */
async function repeat(end: Promise<void>, round: () => Promise<void>): Promise<void> {
  let ended = false;
  void end.then(() => (ended = true));
  while (!ended) await round();
}
