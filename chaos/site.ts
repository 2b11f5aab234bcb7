import { startDatabase, type TestDatabase } from '../test/support/database.js';
import { policyFile } from '../test/support/policy-file.js';
import { databaseEnv } from '../test/support/service.js';
import { CAST } from './cast.js';
import { API_KEY } from './channels/attendance.js';
import { CHANNEL_POLICY } from './channels/casting.js';
import { Party } from './channels/party.js';
import { RedisPair } from './channels/redis-pair.js';
import { ChaosClient } from './chaos-client.js';
import { ClientWire, type WireTarget } from './client-wire.js';
import { GatewaySlot } from './gateway-slot.js';
import type { Random } from './random.js';
import { LetterReader } from './letters/letter-reader.js';
import { defineLetters, PEOPLE, tokenOfPerson } from './letters/letter-rights.js';
import { POLICY, TABLES } from './tables.js';
import type { WiredClient } from './wired-client.js';

/** Short, so that what is longer than them needn't take long. */
const GATEWAY_ENV = {
  HEARTBEAT_INTERVAL_MS: '2000',
  HEARTBEAT_TIMEOUT_MS: '3000',
  SURREAL_TIMEOUT_MS: '2000',
  DRAIN_DEADLINE_MS: '2000',
  LIMIT_OUTBOX_BYTES: String(256 * 1024),
  /** Large rows, which come with each stall of readers, mustn't push out what somebody comes back for. */
  LIMIT_LOG_BYTES: String(256 * 1024 * 1024),
  LOG_LEVEL: 'warn',
};

const CHANNEL_ENV = { PRESENCE_GRACE_MS: '3000', API_KEY };

export interface SiteOptions {
  /** A `surreal` binary; without one the embedded engine is used. */
  readonly bin: string | undefined;
  readonly gatewayEnv: Readonly<Record<string, string>>;
  /** Redis and all who use channels are part of it. */
  readonly redis: boolean;
  /** Processes of each gateway that serve clients; 0: it is one process. */
  readonly workers: number;
  readonly random: Random;
}

/** What there is where channels are of several processes. */
export interface Channels {
  /** Undefined: they are of the workers of one gateway. */
  readonly redis: RedisPair | undefined;
  readonly party: Party;
}

/** Without Redis the workers of one gateway share channels, and those of two don't. */
export function gatewaysOf({ redis, workers }: Pick<SiteOptions, 'redis' | 'workers'>): number {
  return workers > 0 && !redis ? 1 : 2;
}

/** All that runs: a database in a folder, gateways, and clients with a wire each. */
export class Site {
  private readonly ends: (() => unknown)[] = [];
  private readonly gateways: GatewaySlot[] = [];
  private readonly connected: ChaosClient[] = [];
  private readonly people: LetterReader[] = [];
  private turn = 0;
  private shared: Channels | undefined;

  private constructor(readonly database: TestDatabase) {
    this.ends.push(() => database.stop());
  }

  /** Starts all of it, or leaves nothing running. */
  static async open(options: SiteOptions): Promise<Site> {
    const { bin } = options;
    const site = new Site(await startDatabase({ folder: true, ...(bin !== undefined && { bin }) }));
    try {
      await site.start(options);
    } catch (error) {
      await site.close();
      throw error;
    }
    return site;
  }

  get slots(): readonly GatewaySlot[] {
    return this.gateways;
  }

  slot(number: number): GatewaySlot {
    const slot = this.gateways[number];
    if (!slot) throw new RangeError(`There is no gateway ${number}.`);
    return slot;
  }

  get clients(): readonly ChaosClient[] {
    return this.connected;
  }

  /** Who sees what by permissions of the database. */
  get readers(): readonly LetterReader[] {
    return this.people;
  }

  get channels(): Channels | undefined {
    return this.shared;
  }

  /** All whose connections can be broken. */
  get wired(): readonly WiredClient[] {
    return [...this.clients, ...this.readers, ...(this.channels?.party.clients ?? [])];
  }

  /** All to whom something comes all the time. */
  get listening(): readonly WiredClient[] {
    return [...this.clients, ...(this.channels?.party.listeners ?? [])];
  }

  /** Stops everything, in whichever state it is, and removes the folders. */
  async close(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end();
  }

  private async start({ gatewayEnv, redis: hasRedis, workers, random }: SiteOptions): Promise<void> {
    const hasChannels = hasRedis || workers > 0;
    const connection = await this.database.connect();
    for (const table of TABLES) await connection.query(`DEFINE TABLE ${table} CHANGEFEED 3d INCLUDE ORIGINAL`);
    await defineLetters(connection);
    const policy = await policyFile({ ...POLICY, ...(hasChannels && { channels: CHANNEL_POLICY }) });
    this.ends.push(() => policy.remove());
    const redis = hasRedis ? await RedisPair.start() : undefined;
    this.ends.push(() => redis?.stop());
    const env = {
      ...databaseEnv(this.database),
      ...GATEWAY_ENV,
      ...(hasChannels && CHANNEL_ENV),
      ...(redis && { BROKER: 'redis', REDIS_URL: redis.url }),
      ...(workers > 0 && { WORKERS: String(workers) }),
      POLICY_FILE: policy.path,
      ...gatewayEnv,
    };
    // Where this process fails, nobody else ends them. The database ends by itself.
    process.once('exit', () => this.gateways.forEach((slot) => slot.abandon()));
    for (let number = 0; number < gatewaysOf({ redis: hasRedis, workers }); number += 1) {
      const slot = new GatewaySlot(number, env);
      this.gateways.push(slot);
      this.ends.push(() => slot.stop());
      await slot.start();
    }
    const newWire = () => ClientWire.to(() => this.nextGateway());
    for (const cast of CAST) {
      const wire = await newWire();
      const client = new ChaosClient(cast, wire);
      this.connected.push(client);
      this.ends.push(async () => {
        client.close();
        await wire.stop();
      });
    }
    for (const person of PEOPLE) {
      const wire = await newWire();
      const reader = new LetterReader(person, wire, tokenOfPerson(person, this.database));
      this.people.push(reader);
      this.ends.push(async () => {
        reader.close();
        await wire.stop();
      });
    }
    await Promise.all([
      ...this.clients.map((client) => client.start()),
      ...this.readers.map((reader) => reader.ready()),
    ]);
    if (!hasChannels) return;
    const party = await Party.start(newWire, random);
    this.shared = { redis, party };
    this.ends.push(() => party.close());
  }

  /** As a load balancer without health checks does it: one after the other, frozen ones too. */
  private nextGateway(): WireTarget | undefined {
    this.turn += 1;
    const { number, port } = this.slot(this.turn % this.slots.length);
    return port === undefined ? undefined : { gateway: number, port };
  }
}
