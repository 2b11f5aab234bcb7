import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './poll.js';
import { RedisServer } from './redis-server.js';

/** Slots of a cluster. */
const SLOTS = 16_384;
const NODE_TIMEOUT_MS = 1_000;

/** A slot that is on its way from one master to another. */
export interface SlotMove {
  /** Moves these of its keys. */
  carry(...keys: readonly string[]): Promise<void>;
  /** It has moved. */
  end(): Promise<void>;
}

/** A cluster of so many masters, each with a replica, if it is to have some. */
export class RedisCluster {
  private constructor(
    readonly masters: readonly RedisServer[],
    readonly replicas: readonly RedisServer[],
  ) {}

  static async start(count: number, { replicas = false } = {}): Promise<RedisCluster> {
    const options = [
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      String(NODE_TIMEOUT_MS),
      '--appendonly',
      'no',
    ];
    const startAll = () => Promise.all(Array.from({ length: count }, () => RedisServer.start(options)));
    const cluster = new RedisCluster(await startAll(), replicas ? await startAll() : []);
    await cluster.join();
    return cluster;
  }

  get url(): string {
    return `redis://${this.masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((server) => server.stop()));
  }

  /** Begins to move the slot of a key that is there to another master. */
  async move(key: string): Promise<SlotMove> {
    const [, slot = ''] = /:(\d+)/.exec((await this.masters[0]?.ask(`CLUSTER KEYSLOT ${key}`)) ?? '') ?? [];
    const counts = await Promise.all(this.masters.map((master) => master.ask(`CLUSTER COUNTKEYSINSLOT ${slot}`)));
    const at = counts.findIndex((count) => count !== ':0\r\n');
    const [from, to] = [this.masters[at], this.masters[(at + 1) % this.masters.length]];
    if (!from || !to) throw new Error(`No master has the key ${key}.`);
    const [fromId, toId] = [await idOf(from), await idOf(to)];
    await to.ask(`CLUSTER SETSLOT ${slot} IMPORTING ${fromId}`);
    await from.ask(`CLUSTER SETSLOT ${slot} MIGRATING ${toId}`);
    return {
      carry: async (...keys) => {
        for (const each of keys) await from.ask(`MIGRATE 127.0.0.1 ${to.port} ${each} 0 5000`);
      },
      end: async () => {
        for (const master of [to, from]) await master.ask(`CLUSTER SETSLOT ${slot} NODE ${toId}`);
      },
    };
  }

  private get all(): readonly RedisServer[] {
    return [...this.masters, ...this.replicas];
  }

  private async join(): Promise<void> {
    const [first] = this.masters;
    const each = Math.ceil(SLOTS / this.masters.length);
    for (const [n, master] of this.masters.entries()) {
      await master.ask(`CLUSTER ADDSLOTSRANGE ${n * each} ${Math.min(SLOTS, (n + 1) * each) - 1}`);
    }
    for (const server of this.all)
      if (first && server !== first) await first.ask(`CLUSTER MEET 127.0.0.1 ${server.port}`);
    await this.agreed(this.all.length);
    for (const [n, replica] of this.replicas.entries()) {
      const master = this.masters[n];
      if (master) await replica.ask(`CLUSTER REPLICATE ${await idOf(master)}`);
      await until(async () => (await replica.ask('INFO replication')).includes('master_link_status:up'));
    }
  }

  private async agreed(nodes: number): Promise<void> {
    for (const server of this.all) {
      await until(async () => {
        const info = await server.ask('CLUSTER INFO');
        return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}\r`);
      });
    }
  }
}

async function idOf(server: RedisServer): Promise<string> {
  const [, id = ''] = /\r\n(\w{40})/.exec(await server.ask('CLUSTER MYID')) ?? [];
  return id;
}

export interface SentinelOptions {
  /** That the servers ask for. */
  readonly password?: string;
  /** After how many ms without an answer a server's place is taken. */
  readonly downAfterMs?: number;
  /** More options of the two servers. */
  readonly options?: readonly string[];
}

/** A server, a replica of it, and sentinels that watch them. */
export class SentinelGroup {
  private constructor(
    readonly master: RedisServer,
    readonly replica: RedisServer,
    readonly sentinels: readonly RedisServer[],
  ) {}

  static async start({
    password,
    downAfterMs = 1_000,
    options: more = [],
  }: SentinelOptions = {}): Promise<SentinelGroup> {
    const secured = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
    const options = [...secured, '--appendonly', 'yes', ...more];
    const master = await RedisServer.start(options);
    const replica = await RedisServer.start([...options, '--replicaof', `127.0.0.1 ${master.port}`]);
    const login = password === undefined ? [] : ['--no-auth-warning', '-a', password];
    const asks = (server: RedisServer, ...command: string[]) =>
      execFileSync('redis-cli', ['-p', String(server.port), ...login, ...command]).toString();
    await until(() => asks(replica, 'INFO', 'replication').includes('master_link_status:up'));
    const sentinels = await Promise.all(
      Array.from({ length: 2 }, () => startSentinel(master.port, password, downAfterMs)),
    );
    await until(async () => {
      const answers = await Promise.all(sentinels.map((sentinel) => sentinel.ask('SENTINEL MASTER main')));
      return answers.every(
        (answer) => answer.includes('num-slaves\r\n$1\r\n1') && answer.includes('num-other-sentinels\r\n$1\r\n1'),
      );
    });
    return new SentinelGroup(master, replica, sentinels);
  }

  /** For a user of the server; the sentinels need none. */
  url(password?: string): string {
    const login = password === undefined ? '' : `:${password}@`;
    return `redis+sentinel://${login}${this.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/main/0`;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, this.replica, this.master].map((server) => server.stop()));
  }
}

async function startSentinel(port: number, password: string | undefined, downAfterMs: number): Promise<RedisServer> {
  return RedisServer.start(['--sentinel'], async (folder) => {
    const file = join(folder, 'sentinel.conf');
    await writeFile(
      file,
      [
        `sentinel monitor main 127.0.0.1 ${port} 1`,
        ...(password === undefined ? [] : [`sentinel auth-pass main ${password}`]),
        `sentinel down-after-milliseconds main ${downAfterMs}`,
        'sentinel failover-timeout main 3000',
        '',
      ].join('\n'),
    );
    return file;
  });
}
