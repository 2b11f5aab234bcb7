import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import {
  Broker,
  type Carriage,
  type Message,
  type Position,
  type Publication,
  type Receiver,
  type Since,
} from './broker.js';
import { cursorText, parseCursor } from './channel-cursor.js';
import type { Numbered } from './history/channel-history.js';
import { Histories } from './history/histories.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { ownerOf } from './owner.js';
import { MemoryPresence } from './presence/presence-memory.js';

const MIB = 1024 * 1024;
/** Bytes that the keys of all principals may take, and those of one: some 60,000 and 7,500 of 36 characters. */
const KEY_LIMITS = { total: 32 * MIB, each: 4 * MIB };

/** How often old messages are dropped that nobody asks about. */
const EXPIRE_MS = 1_000;

/** A broker of one instance. */
@Injectable()
export class MemoryBroker extends Broker implements OnModuleInit, OnModuleDestroy {
  readonly presence: MemoryPresence;
  private readonly receivers = new Map<string, Receiver>();
  private readonly keys = new IdempotencyKeys(KEY_LIMITS);
  private readonly histories: Histories;
  /** Keeps cursors of different runs and instances apart: clients drop repeats by them. It is the epoch, too. */
  private readonly run = randomBytes(6).toString('base64url');
  private timer: NodeJS.Timeout | undefined;

  constructor(config: Config, metrics: MetricsService) {
    super();
    this.histories = new Histories({
      total: config.limitHistoryBytes,
      owner: config.limitHistoryBytesPerPrincipal,
      channel: config.limitHistoryBytesPerChannel,
    });
    this.presence = new MemoryPresence({ interval: config.presenceIntervalMs, members: config.limitPresenceMembers });
    metrics.presenceMembers.readFrom(() => this.presence.size);
    metrics.idempotencyKeyBytes.readFrom(() => this.keys.bytes);
    metrics.channelHistoryBytes.readFrom(() => this.histories.bytes);
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.histories.expire(), EXPIRE_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.presence.close();
  }

  async open(channel: string, receiver: Receiver, owner: string): Promise<Position> {
    this.receivers.set(channel, receiver);
    return { cursor: this.cursor(this.histories.head(channel, owner)), epoch: this.run };
  }

  close(channel: string): void {
    this.receivers.delete(channel);
  }

  publish(publication: Publication, { key, history }: Carriage): string | Promise<string> {
    if (key === undefined) return this.carry(publication, history);
    const owner = ownerOf(publication);
    return this.keys.once(owner, JSON.stringify([publication.channel, key]), async () =>
      this.carry(publication, history),
    );
  }

  async after(channel: string, { cursor, epoch }: Since, limit: number): Promise<readonly Message[] | undefined> {
    const { run, number, shared } = parseCursor(cursor);
    if (run !== this.run || shared || (epoch !== undefined && epoch !== this.run)) return undefined;
    return this.histories.after(channel, number, limit)?.map(this.message);
  }

  async newest(channel: string, limit: number): Promise<{ messages: readonly Message[]; epoch: string }> {
    return { messages: this.histories.newest(channel, limit).map(this.message), epoch: this.run };
  }

  private carry(publication: Publication, retention: Carriage['history']): string {
    // Named one by one: a spread costs more than the rest of this.
    const { channel, event, data, from, time, exclude } = publication;
    const number = this.histories.add(publication, retention);
    const message: Message = { channel, event, data, from, time, exclude, cursor: this.cursor(number) };
    this.receivers.get(channel)?.message(message);
    return message.cursor;
  }

  private readonly message = ({ number, ...publication }: Numbered): Message => ({
    ...publication,
    cursor: this.cursor(number),
  });

  private cursor(number: number): string {
    return cursorText({ run: this.run, number });
  }
}
