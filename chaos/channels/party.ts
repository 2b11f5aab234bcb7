import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientWire } from '../client-wire.js';
import type { Random } from '../random.js';
import type { WiredClient } from '../wired-client.js';
import { CHANNELS, MEMBERS, MORTALS, OBSERVERS, PUBLISHERS, ROOMS, SUBSCRIBERS } from './casting.js';
import type { ChannelAccount } from './channel-account.js';
import { Listener } from './listener.js';
import { Member } from './member.js';
import { Observer } from './observer.js';
import { Publisher } from './publisher.js';
import { Publishes } from './publishes.js';
import { Sightings } from './sightings.js';

const MOST_PAUSE_MS = 120;

/** All who use channels: who publish, who listen, who are there, and who look at them. */
export class Party {
  readonly publishes = new Publishes();
  readonly sightings = new Sightings();
  readonly observers: Observer[] = [];
  readonly members: Member[] = [];
  private readonly comers: { readonly listener: Listener; readonly joins: number }[] = [];
  private readonly publishers: Publisher[] = [];
  private readonly stopping = new AbortController();
  /** Members whose machine ends with their gateway. */
  private mortals: Member[] = [];
  private dead: Member[] = [];
  private names = 0;
  private running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly newWire: () => Promise<ClientWire>,
    private readonly random: Random,
  ) {}

  /** Settles when all who are there from the beginning are served. */
  static async start(newWire: () => Promise<ClientWire>, random: Random): Promise<Party> {
    const party = new Party(newWire, random);
    await party.come();
    return party;
  }

  get accounts(): ChannelAccount[] {
    return this.listeners.flatMap(({ account }) => account ?? []);
  }

  get listeners(): Listener[] {
    return this.comers.map(({ listener }) => listener);
  }

  /** Those of them that have come. */
  get served(): Listener[] {
    return this.listeners.filter(({ account }) => account?.served !== undefined);
  }

  /** All whose connections can be broken. */
  get clients(): WiredClient[] {
    return [...this.listeners, ...this.publishers, ...this.observers, ...this.members];
  }

  /** Members that ended with their machine. */
  get deaths(): number {
    return this.dead.length;
  }

  /** Who has to be seen on a channel, sorted. */
  presentOn(channel: string): string[] {
    const there = [...this.members, ...this.mortals];
    return there.flatMap((member) => (member.channel === channel ? (member.text ?? []) : [])).sort();
  }

  /** Begins to publish, and to change. Who comes later comes in its part of the run. */
  run(minutes: number, interrupted: AbortSignal): void {
    const { signal } = this.stopping;
    setMaxListeners(0, signal);
    interrupted.addEventListener('abort', () => this.stopping.abort());
    const pauses = this.random.fork();
    const late = this.comers.map(async ({ listener, joins }) => {
      if (joins === 0) return;
      await delay(joins * minutes * 60_000, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await listener.subscribe().catch(() => undefined);
    });
    this.running = Promise.all([
      ...this.publishers.map((publisher) => publisher.run(signal, () => pauses.between(0, MOST_PAUSE_MS))),
      ...this.members.map((member) => member.run(signal, this.random.fork())),
      ...late,
    ]);
  }

  /** Nothing is published or changed any more. Settles when the last publish is acknowledged. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** The machines of those who are mortal and at this gateway end. Others come. */
  async bury(gateway: number): Promise<void> {
    const ended = this.mortals.filter(({ wire }) => wire.leadsTo(gateway));
    this.mortals = this.mortals.filter((mortal) => !ended.includes(mortal));
    this.dead = [...this.dead, ...ended];
    await Promise.all(ended.map((mortal) => mortal.die()));
    await Promise.all(ended.map(({ channel }) => this.newMortal(channel)));
  }

  async close(): Promise<void> {
    const all = [...this.clients, ...this.mortals];
    await Promise.all(
      all.map(async (client) => {
        client.close();
        await client.wire.stop();
      }),
    );
  }

  private async come(): Promise<void> {
    for (const channel of CHANNELS) {
      for (const [n, joins] of SUBSCRIBERS.entries()) {
        const listener = new Listener(`${channel} listener ${n}`, await this.newWire(), channel, this.publishes);
        this.comers.push({ listener, joins });
        if (joins === 0) await listener.subscribe();
      }
      for (let n = 0; n < PUBLISHERS; n += 1) {
        this.publishers.push(new Publisher(`${channel} publisher ${n}`, await this.newWire(), channel, this.publishes));
      }
    }
    for (const channel of ROOMS) {
      for (let n = 0; n < OBSERVERS; n += 1) {
        const observer = new Observer(`${channel} observer ${n}`, await this.newWire(), channel, this.sightings);
        this.observers.push(observer);
        await observer.start();
      }
      for (let n = 0; n < MEMBERS; n += 1) {
        const member = new Member(`${channel} member ${n}`, await this.newWire(), channel, this.sightings);
        this.members.push(member);
        await member.enter();
      }
      for (let n = 0; n < MORTALS; n += 1) await this.newMortal(channel);
    }
  }

  private async newMortal(channel: string): Promise<void> {
    this.names += 1;
    const mortal = new Member(`${channel} mortal ${this.names}`, await this.newWire(), channel, this.sightings);
    this.mortals.push(mortal);
    void mortal.enter();
  }
}
