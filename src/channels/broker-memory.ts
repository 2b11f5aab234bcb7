import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
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
import { Histories } from './histories.js';
import { IdempotencyKeys } from './idempotency-keys.js';

const CURSOR = /^([\w-]{8})\.([0-9a-z]{1,10})$/;

/** How often old messages are dropped that nobody asks about. */
const EXPIRE_MS = 1_000;

/**
 * A broker of one instance. One sequence numbers the messages of all channels, so that a channel without subscribers
 * costs nothing and still has cursors that only grow.
 */
@Injectable()
export class MemoryBroker extends Broker implements OnModuleInit, OnModuleDestroy {
  private readonly receivers = new Map<string, Receiver>();
  private readonly keys = new IdempotencyKeys();
  private readonly histories: Histories;
  /** Keeps cursors of different runs and instances apart: clients drop repeats by them. It is the epoch, too. */
  private readonly run = randomBytes(6).toString('base64url');
  private sequence = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(config: Config, metrics: MetricsService) {
    super();
    this.histories = new Histories(config.limitHistoryBytes);
    metrics.idempotencyKeyBytes.readFrom(() => this.keys.bytes);
    metrics.channelHistoryBytes.readFrom(() => this.histories.bytes);
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.histories.expire(), EXPIRE_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async open(channel: string, receive: Receiver): Promise<Position> {
    this.receivers.set(channel, receive);
    return { cursor: this.cursor(), epoch: this.run };
  }

  close(channel: string): void {
    this.receivers.delete(channel);
  }

  publish(publication: Publication, { key, history }: Carriage): string | Promise<string> {
    if (key === undefined) return this.carry(publication, history);
    const { from, channel } = publication;
    return this.keys.once(JSON.stringify([from ?? null, channel, key]), async () => this.carry(publication, history));
  }

  async after(channel: string, { cursor, epoch }: Since, limit: number): Promise<readonly Message[] | undefined> {
    const [, run, place] = CURSOR.exec(cursor) ?? [];
    if (place === undefined) throw new CommandError('INVALID_CURSOR', 'since is no cursor of a channel.');
    if (run !== this.run || (epoch !== undefined && epoch !== this.run)) return undefined;
    const sequence = parseInt(place, 36);
    // Nobody was ever given one from the future.
    return sequence > this.sequence ? undefined : this.histories.after(channel, sequence, limit);
  }

  async newest(channel: string, limit: number): Promise<{ messages: readonly Message[]; epoch: string }> {
    return { messages: this.histories.newest(channel, limit), epoch: this.run };
  }

  private carry(publication: Publication, history: Carriage['history']): string {
    this.sequence += 1;
    // Named one by one: a spread costs more than the rest of this.
    const { channel, event, data, from, time, exclude } = publication;
    const message: Message = { channel, event, data, from, time, exclude, cursor: this.cursor() };
    this.histories.add(message, this.sequence, history);
    this.receivers.get(publication.channel)?.(message);
    return message.cursor;
  }

  private cursor(): string {
    return `${this.run}.${this.sequence.toString(36)}`;
  }
}
