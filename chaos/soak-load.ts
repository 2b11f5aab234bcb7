import { setInterval as ticks, setTimeout as delay } from 'node:timers/promises';
import { RealtimeClient } from '@edge-hive/realtime-client';
import { RecordId, type Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import type { TestDatabase } from '../test/support/database.js';
import type { Gateway } from '../test/support/gateway.js';
import { tokenOf } from '../test/support/tokens.js';
import { Sequence } from './sequence.js';

const GROUPS = 100;
const ROOMS = 10;
/** Records of a group, written over and over, so that the table stays as large as it is. */
const RECORDS = 20;
/** Each so many writes a record is deleted; the next round creates it again. */
const DELETE_EVERY = 10;
const TICK_MS = 50;
const TEXT = 'x'.repeat(120);
/** A client more comes, reads its rows, and goes. */
const VISIT_EVERY_MS = 1_000;

export interface SoakLoadOptions {
  readonly writesPerSecond: number;
  readonly publishesPerSecond: number;
}

/**
 * A load that stays as it is: a hundred connections, each with a filtered topic and a channel, two that hear the whole table,
 * writers at an even pace, messages to the channels, and one client after the other that comes and goes.
 */
export class SoakLoad {
  private readonly clients: RealtimeClient[] = [];
  private readonly groups = Array.from({ length: GROUPS }, () => ({ writes: 0, numbered: 0 }));
  private readonly rooms = Array.from({ length: ROOMS }, () => 0);
  /** What subscribers expect next, and of what. */
  private readonly heard: { readonly sequence: Sequence; readonly last: () => number }[] = [];
  private latencies: number[] = [];
  private running: Promise<unknown> = Promise.resolve();
  private readonly stopping = new AbortController();
  resyncs = 0;
  writes = 0;
  visits = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly database: TestDatabase,
    private readonly options: SoakLoadOptions,
  ) {}

  async start(): Promise<void> {
    const connection = await this.database.connect();
    await connection.query('DEFINE TABLE soak CHANGEFEED 10m INCLUDE ORIGINAL');
    await Promise.all(this.groups.map((_, group) => this.subscribe(group)));
    await Promise.all([this.followAll(), this.followAll()]);
    const running = [this.write(connection), this.publish(), this.visit()];
    this.running = Promise.all(running.map((task) => task.catch((error: unknown) => this.failed(error))));
  }

  /** From write to callback, in ms, since they were taken last. */
  takeLatencies(): readonly number[] {
    const taken = this.latencies;
    this.latencies = [];
    return taken;
  }

  get delivered(): number {
    return this.heard.reduce((sum, { sequence }) => sum + sequence.taken, 0);
  }

  get repeated(): number {
    return this.heard.reduce((sum, { sequence }) => sum + sequence.repeated, 0);
  }

  /** What is on its way counts too: ask when all is told. */
  get lost(): number {
    return this.heard.reduce((sum, { sequence, last }) => sum + sequence.missing(last()), 0);
  }

  /** Settles when writers are through and everything is told, or at the deadline. */
  async finish(waitMs: number): Promise<void> {
    this.stopping.abort();
    await this.running;
    for (const deadline = Date.now() + waitMs; this.lost > 0 && Date.now() < deadline;) await delay(TICK_MS);
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  private failed(error: unknown): void {
    if (!this.stopping.signal.aborted) throw error;
  }

  private async subscribe(group: number): Promise<void> {
    const client = this.client(`group-${group}`);
    const ofGroup = this.listenTo(() => this.groups[group]?.numbered ?? 0);
    const room = group % ROOMS;
    const ofRoom = this.listenTo(() => this.rooms[room] ?? 0);
    const topic = client.subscribe<Row>('soak', { group }, ({ action, data }) => {
      if (action !== 'DELETE') this.take(ofGroup, data);
    });
    const channel = client.channel(`room:${room}`);
    const subscription = channel.subscribe<{ seq: number }>('said', ({ data }) => ofRoom.take(data.seq));
    await Promise.all([topic.ready, subscription.ready]);
  }

  private async followAll(): Promise<void> {
    const sequences = this.groups.map((group) => this.listenTo(() => group.numbered));
    const topic = this.client('all').subscribe<Row>('soak', null, ({ action, data }) => {
      const sequence = sequences[data.group ?? -1];
      if (action !== 'DELETE' && sequence) this.take(sequence, data);
    });
    await topic.ready;
  }

  private listenTo(last: () => number): Sequence {
    const sequence = new Sequence();
    this.heard.push({ sequence, last });
    return sequence;
  }

  private take(sequence: Sequence, { seq = 0, at = 0 }: Partial<Row>): void {
    sequence.take(seq);
    this.latencies.push(performance.now() - at);
  }

  private client(sub: string): RealtimeClient {
    const client = new RealtimeClient(this.gateway.url, { token: tokenOf(sub, { exp: 4_000_000_000 }), WebSocket });
    client.on('resync', () => (this.resyncs += 1));
    this.clients.push(client);
    return client;
  }

  private async write(connection: Surreal): Promise<void> {
    for (let tick = 0; !this.stopping.signal.aborted; tick += 1) {
      const due = performance.now() + TICK_MS;
      const writes = (this.options.writesPerSecond * TICK_MS) / 1_000;
      for (let n = 0; n < writes; n += 1) await this.writeOne(connection, (tick * writes + n) % GROUPS);
      await delay(Math.max(0, due - performance.now()));
    }
    await connection.close();
  }

  private async writeOne(connection: Surreal, number: number): Promise<void> {
    const group = this.groups[number];
    if (!group) return;
    const write = group.writes++;
    const record = new RecordId('soak', `g${number}_${write % RECORDS}`);
    this.writes += 1;
    if (write % DELETE_EVERY === DELETE_EVERY - 1) {
      await connection.query('DELETE $record RETURN NONE', { record });
      return;
    }
    const row = { group: number, seq: ++group.numbered, at: performance.now(), text: TEXT };
    await connection.query('UPSERT $record CONTENT $row RETURN NONE', { record, row });
  }

  private async publish(): Promise<void> {
    const client = this.client('publisher');
    let room = 0;
    for await (const _ of ticks(1_000 / this.options.publishesPerSecond)) {
      if (this.stopping.signal.aborted) return;
      room = (room + 1) % ROOMS;
      const seq = (this.rooms[room] ?? 0) + 1;
      this.rooms[room] = seq;
      await client.channel(`room:${room}`).publish('said', { seq });
    }
  }

  private async visit(): Promise<void> {
    for await (const _ of ticks(VISIT_EVERY_MS)) {
      if (this.stopping.signal.aborted) return;
      const client = this.client('visitor');
      const group = this.visits % GROUPS;
      await client.collection('soak', { filter: { group, seq: { gt: this.visits } } }).ready;
      client.close();
      this.clients.splice(this.clients.indexOf(client), 1);
      this.visits += 1;
    }
  }
}

interface Row {
  id: string;
  group: number;
  seq: number;
  /** Of `performance.now()`: writer and subscribers are one process. */
  at: number;
}
