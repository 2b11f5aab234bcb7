import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { parseRedisAddress } from '../config/redis-address.js';
import type { Config } from '../config/config.js';
import type { CommandError } from '../errors/command-error.js';
import { LimitedLog } from '../errors/limited-log.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import { InFlight, TooMuchInFlight, unavailable, type Held } from './in-flight.js';
import { JoinedWrites } from './joined-writes.js';
import { redisClients, type RedisClients } from './redis-clients.js';
import { RedisClock } from './redis-clock.js';
import { isRedisRefusal, redisFault } from './redis-fault.js';
import type { RedisScript } from './redis-script.js';
import type { RedisState } from './redis-state.js';
import { RedisTopics } from './redis-topics.js';
import { ServerScripts } from './server-scripts.js';

/** How often Redis is asked whether it answers, in ms, which sets the clock, too. */
const BEAT_MS = 1_000;
/** About what a command takes on its way, without what varies, in bytes. */
const COMMAND_BYTES = 512;
/** For how long Redis counts as away after it has refused a command, in ms: it can answer others all the same. */
const REFUSED_MS = 10_000;

/** The way to Redis. It connects again by itself, for ever; meanwhile every command fails at once. */
export class RedisLink implements OnModuleInit, OnApplicationShutdown {
  readonly clock = new RedisClock();
  readonly topics: RedisTopics;
  private readonly clients: RedisClients;
  /** Each of the clients once: a cluster has one for all. */
  private readonly connections: ReadonlySet<RedisClients['commands']>;
  private readonly inFlight: InFlight;
  private readonly scripts: ServerScripts;
  /** Of one server; a cluster has a connection for each of its nodes. */
  private readonly writes: JoinedWrites | undefined;
  private readonly logger = new Logger(RedisLink.name);
  private readonly log = new LimitedLog(RedisLink.name);
  private beat: NodeJS.Timeout | undefined;
  private fault: unknown;
  private refusedAt = -Infinity;
  private readonly whenReady: (() => void)[] = [];

  constructor(
    private readonly config: Config,
    private readonly state: RedisState,
    private readonly metrics: MetricsService,
  ) {
    const { redisUrl, redisTimeoutMs: timeoutMs, limitBrokerCommands: commands, limitBrokerBytes: bytes } = config;
    this.clients = redisClients(parseRedisAddress(redisUrl), timeoutMs);
    this.connections = new Set([this.clients.commands, this.clients.subscriber]);
    this.inFlight = new InFlight({ commands, bytes, timeoutMs });
    this.writes = this.clients.kind === 'server' ? new JoinedWrites(this.clients.commands) : undefined;
    this.scripts = new ServerScripts(this.clients);
    this.topics = new RedisTopics(this.clients, this.inFlight);
    metrics.redisCommandsWaiting.readFrom(() => this.inFlight.commands);
    metrics.redisBytesWaiting.readFrom(() => this.inFlight.bytes);
    metrics.redisUp.readFrom(() => (state.status === 'up' ? 1 : 0));
    state.down('Redis has not answered yet.');
    this.watch();
  }

  /** Waits for Redis, but not for long: the service starts without it. */
  async onModuleInit(): Promise<void> {
    const ready = new Promise<void>((resolve) => this.onReady(resolve));
    for (const client of this.connections) void client.connect().catch(() => undefined);
    this.beat = setInterval(() => void this.look(), BEAT_MS);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.config.redisTimeoutMs)));
    await Promise.race([ready, late]);
    clearTimeout(timer);
  }

  onApplicationShutdown(): void {
    clearInterval(this.beat);
    for (const client of this.connections) {
      client.removeAllListeners();
      client.on('error', () => undefined);
      client.disconnect();
    }
  }

  /** Calls back each time that commands can be sent again. */
  onReady(callback: () => void): void {
    this.whenReady.push(callback);
  }

  /** Whether what is in one command has to be in one slot. */
  get isCluster(): boolean {
    return this.clients.kind === 'cluster';
  }

  /**
   * Runs a script whose keys are all in one slot. All that is sent within a tick is sent at once. Of scripts whose order counts none is
   * carried out behind one that was given here later.
   * @throws CommandError UNAVAILABLE: it was not run, or nobody knows
   */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const length = args.reduce<number>((sum, arg) => sum + String(arg).length * 2, COMMAND_BYTES);
    this.writes?.join();
    return this.wait(length + this.scripts.bytes(script, keys), () => this.send(script, keys, args));
  }

  /** The same, at once, for what is held. @throws whatever Redis refuses it with */
  send(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.scripts.run(script, keys, args);
  }

  /** Sends one command, whose keys are all in one slot. @throws CommandError UNAVAILABLE */
  call(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    this.writes?.join();
    return this.wait(COMMAND_BYTES, () => this.clients.commands.call(name, ...args));
  }

  /**
   * Counts something that waits for Redis, with about so many bytes, until it is released.
   * @param giveUp is called with what it failed with, if it takes too long
   * @throws CommandError UNAVAILABLE where as much waits as may
   */
  hold(bytes: number, giveUp: (error: CommandError) => void): Held {
    try {
      return this.inFlight.hold(bytes, (error) => giveUp(this.failure(error)));
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** @returns whether it had not been given up */
  release(held: Held): boolean {
    return this.inFlight.release(held);
  }

  /** Counts and tells that something was not sent, or failed. @returns what whoever wanted it is told */
  failure(error: unknown): CommandError {
    if (error instanceof TooMuchInFlight) {
      this.metrics.redisRefused.inc();
      this.log.warn('As many commands wait for Redis as may (LIMIT_BROKER_COMMANDS, LIMIT_BROKER_BYTES).');
      return error;
    }
    this.metrics.redisFailures.inc();
    if (isRedisRefusal(error)) this.refused(error);
    this.log.warn(`A command to Redis failed: ${error instanceof Error ? error.message : String(error)}`);
    return unavailable();
  }

  /** Counts what waits for Redis, and gives it up in time. @throws CommandError UNAVAILABLE */
  private wait(bytes: number, command: () => Promise<unknown>): Promise<unknown> {
    return this.inFlight.run(bytes, command).catch((error: unknown) => {
      throw this.failure(error);
    });
  }

  private watch(): void {
    for (const client of this.connections) {
      client.on('error', (error: unknown) => this.failed(error));
      client.on('close', () => this.lost());
      client.on('ready', () => void this.look());
    }
  }

  /** Asks whether Redis answers. */
  private async look(): Promise<void> {
    const { clients } = this;
    if (clients.commands.status !== 'ready' || clients.subscriber.status !== 'ready') return;
    try {
      const [[seconds, micros]] = await Promise.all([
        this.inFlight.run(COMMAND_BYTES, () => clients.commands.call('TIME') as Promise<[string, string]>),
        this.topics.check(),
      ]);
      this.clock.set(Number(seconds) * 1_000 + Number(micros) / 1_000);
      if (this.state.status === 'up' || performance.now() - this.refusedAt < REFUSED_MS) return;
      this.state.up();
      this.logger.log('Redis answers.');
      for (const callback of this.whenReady) callback();
    } catch (error) {
      this.failed(error);
    }
  }

  private refused(error: unknown): void {
    this.refusedAt = performance.now();
    this.state.down(redisFault(error));
  }

  private failed(error: unknown): void {
    this.fault = error;
    if (this.state.status !== 'up') this.state.down(redisFault(error));
    this.log.warn(`Redis: ${error instanceof Error ? error.message : String(error)}`);
  }

  private lost(): void {
    if (this.state.status === 'up') this.metrics.redisReconnects.inc();
    this.state.down(redisFault(this.fault));
  }
}
