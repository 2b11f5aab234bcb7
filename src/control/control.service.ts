import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { revocationText, type Revocation } from '../auth/tokens/revocation.js';
import { Revocations } from '../auth/tokens/revocations.js';
import { Broker, type Message, type Receiver } from '../channels/broker.js';
import { PresenceService } from '../channels/presence/presence.service.js';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { SessionRegistry } from '../session/session-registry.js';
import { LiveQueryService } from '../subscriptions/live-query.service.js';
import { encodeControl, parseControl, type ControlCommand } from './control-command.js';
import { RevocationStore, tooManyRevocations } from './revocation-store.js';

/** The channel of the instances among themselves. Clients can't name it: it begins with a control character. */
const CHANNEL = '\u0001control';
/** For an instance that was cut off meanwhile. */
const HISTORY = { size: 1_000, age: 3_600_000 };
/** Between two attempts to listen, in ms. */
const RETRY_MS = 500;

/** What operators have done on one instance is done on all. */
@Injectable()
export class ControlService implements Receiver, OnApplicationBootstrap, OnModuleDestroy {
  private readonly id = randomUUID();
  private readonly logger = new Logger(ControlService.name);
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly config: Config,
    private readonly broker: Broker,
    private readonly registry: SessionRegistry,
    private readonly liveQueries: LiveQueryService,
    private readonly presence: PresenceService,
    private readonly revocations: Revocations,
    private readonly store: RevocationStore,
  ) {}

  /** Without the others' revocations no token is let in, so the start waits for them, once. */
  async onApplicationBootstrap(): Promise<void> {
    this.revocations.complete = false;
    await this.now(() => this.listen());
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.broker.close(CHANNEL);
  }

  /**
   * Closes every connection of the principal, on all instances.
   * @returns how many there were on this one @throws CommandError UNAVAILABLE when only this instance has done it
   */
  async disconnect(principal: string): Promise<number> {
    const closed = this.applyDisconnect(principal);
    await this.tell({ kind: 'disconnect', principal });
    return closed;
  }

  /**
   * Tells every subscriber of the topic on all instances to read it again.
   * @throws CommandError UNKNOWN_TOPIC, UNAVAILABLE
   */
  async resync(topic: string): Promise<void> {
    await this.liveQueries.resync(topic);
    await this.tell({ kind: 'resync', topic });
  }

  /**
   * Has tokens count no more, on all instances, and closes the connections that came with them.
   * @returns how many there were on this one @throws CommandError LIMIT_EXCEEDED, UNAVAILABLE when only this instance has done it
   */
  async revoke(revocation: Revocation): Promise<number> {
    const { limitRevocations } = this.config;
    if (!this.revocations.hasRoom(limitRevocations)) throw tooManyRevocations(limitRevocations);
    const closed = this.applyRevocation(revocation);
    await shared(this.store.keep(revocation));
    await this.tell({ kind: 'revoke', revocation });
    return closed;
  }

  message({ event, data, exclude }: Message): void {
    if (exclude === this.id) return;
    const command = parseControl({ event, data });
    if (command?.kind === 'disconnect') this.applyDisconnect(command.principal);
    if (command?.kind === 'revoke') this.applyRevocation(command.revocation);
    if (command?.kind === 'resync') {
      this.liveQueries.resync(command.topic).catch((error: unknown) => {
        this.logger.warn(`A resync of ${command.topic} was asked for and failed: ${String(error)}`);
      });
    }
  }

  /** Revocations are kept beside the channel; what else was asked for meanwhile isn't. */
  interrupted(): void {
    this.logger.warn(
      'Redis lost what operators asked of all instances, or this one was cut off for too long: ask again.',
    );
    this.later(() => this.learn());
  }

  closed(): void {
    this.later(() => this.listen());
  }

  private async listen(): Promise<void> {
    try {
      await this.broker.open(CHANNEL, this, 'control');
      await this.learn();
    } catch (error) {
      this.broker.close(CHANNEL);
      throw error;
    }
  }

  /** Tries it until it works: Redis can be away. */
  private later(task: () => Promise<void>): void {
    clearTimeout(this.retry);
    if (!this.stopped) this.retry = setTimeout(() => void this.now(task), RETRY_MS);
  }

  private async now(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!(error instanceof CommandError)) this.logger.error(error);
      this.later(task);
    }
  }

  /** Takes in what all instances share, and gives back what a store that lost its data lacks. */
  private async learn(): Promise<void> {
    const all = await this.store.all();
    const there = new Set(all.map(revocationText));
    for (const revocation of [...this.revocations]) {
      if (!there.has(revocationText(revocation))) await this.store.keep(revocation);
    }
    for (const revocation of all) this.applyRevocation(revocation);
    this.revocations.complete = true;
  }

  private applyDisconnect(principal: string): number {
    const closed = this.registry.disconnectPrincipal(principal);
    this.presence.forget(principal);
    return closed;
  }

  private applyRevocation(revocation: Revocation): number {
    this.revocations.add(revocation);
    if ('principal' in revocation) this.presence.forget(revocation.principal);
    return this.registry.disconnectRevoked(revocation);
  }

  private async tell(command: ControlCommand): Promise<void> {
    const message = { channel: CHANNEL, ...encodeControl(command), time: new Date().toISOString(), exclude: this.id };
    await shared(Promise.resolve(this.broker.publish(message, { history: HISTORY })));
  }
}

async function shared<T>(done: Promise<T>): Promise<T> {
  return done.catch((error: unknown) => {
    if (!(error instanceof CommandError) || error.code !== 'UNAVAILABLE') throw error;
    throw new CommandError(
      'UNAVAILABLE',
      'This instance has done it. The others could not be reached: try again a little later.',
    );
  });
}
