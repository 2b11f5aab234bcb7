import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../test/support/poll.js';
import { SentinelGroup } from '../../test/support/redis-groups.js';
import type { RedisServer } from '../../test/support/redis-server.js';

/** Longer than a server takes to start again, and shorter than a long freeze. */
const DOWN_AFTER_MS = 3_000;
/** What Redis acknowledges is on its disk. */
const DURABLE = ['--appendfsync', 'always'];
/** Sentinels take ten seconds to make a replica of a server that comes back: it is done for them after a while. */
const HELP_AFTER_MS = 1_500;
const REST_MS = 60_000;
/** In which sentinels agree on another server, on a machine that has much to do. */
const SWITCH_MS = 60_000;

/** A time in which what Redis had acknowledged may have been lost. */
export interface Loss {
  readonly began: number;
  readonly ended: number;
}

/** A Redis server, its replica and their sentinels, and what can befall them: one thing after the other. */
export class RedisPair {
  readonly losses: Loss[] = [];
  private changing: Promise<unknown> = Promise.resolve();

  private constructor(private readonly group: SentinelGroup) {}

  static async start(): Promise<RedisPair> {
    return new RedisPair(await SentinelGroup.start({ downAfterMs: DOWN_AFTER_MS, options: DURABLE }));
  }

  get url(): string {
    return this.group.url();
  }

  async stop(): Promise<void> {
    await this.changing.catch(() => undefined);
    for (const server of this.servers) server.signal('SIGCONT');
    await this.group.stop();
  }

  /** Kills the server, and starts it again. */
  kill(): Promise<void> {
    return this.change((server) => server.restart());
  }

  /** The same, and its data is gone. */
  empty(): Promise<void> {
    return this.change((server) => server.restart({ data: false }), true);
  }

  freeze(lasts: () => Promise<void>): Promise<void> {
    return this.change(async (server) => {
      server.signal('SIGSTOP');
      await lasts();
      server.signal('SIGCONT');
    });
  }

  /** Kills the server, which comes back as a replica of the one that takes its place. */
  failOver(): Promise<void> {
    return this.change(async (server) => {
      await server.kill();
      await this.untilMasterIsNot(server);
      await server.restart();
    });
  }

  /** Its replica takes its place, as an operator asks for. */
  switchOver(): Promise<void> {
    return this.change(async (server) => {
      // Refused soon after another one: it is asked for until it is done.
      await until(async () => {
        await this.group.sentinels[0]?.ask('SENTINEL FAILOVER main');
        return (await this.master()) !== server;
      }, SWITCH_MS);
    });
  }

  /** Ends all connections of clients. */
  cut(): Promise<void> {
    return this.change(async (server) => {
      await server.ask('CLIENT KILL TYPE pubsub');
      await server.ask('CLIENT KILL TYPE normal SKIPME yes');
    });
  }

  private get servers(): readonly RedisServer[] {
    return [this.group.master, this.group.replica];
  }

  /** One at a time, with both servers there before and after it. */
  private change(befall: (server: RedisServer) => Promise<unknown>, loses = false): Promise<void> {
    const changed = this.changing.then(async () => {
      const server = await this.master();
      const began = Date.now();
      await befall(server);
      await this.untilAtRest();
      const isOther = (await this.master()) !== server;
      if (loses || isOther) this.losses.push({ began, ended: Date.now() });
    });
    this.changing = changed.catch(() => undefined);
    return changed;
  }

  private async master(): Promise<RedisServer> {
    const answer = await this.group.sentinels[0]?.ask('SENTINEL GET-MASTER-ADDR-BY-NAME main');
    const [, port] = /\r\n(\d+)\r\n$/.exec(answer ?? '') ?? [];
    const server = this.servers.find((each) => String(each.port) === port);
    if (!server) throw new Error(`The sentinels know of no server that is here: ${answer}`);
    return server;
  }

  private untilMasterIsNot(server: RedisServer): Promise<void> {
    return until(async () => (await this.master()) !== server, SWITCH_MS);
  }

  private async untilAtRest(): Promise<void> {
    const helpAt = Date.now() + HELP_AFTER_MS;
    await until(async () => {
      const master = await this.master();
      const [replica] = this.servers.filter((server) => server !== master);
      const [one, other] = await Promise.all([roleOf(master), replica && roleOf(replica)]);
      if (one === 'master' && other === 'master' && Date.now() > helpAt)
        await replica?.ask(`REPLICAOF 127.0.0.1 ${master.port}`);
      return one === 'master' && other === `replica of ${master.port}`;
    }, REST_MS);
    // Who lost its connection comes back before the next.
    await delay(500);
  }
}

async function roleOf(server: RedisServer): Promise<string> {
  const info = await server.ask('INFO replication').catch(() => '');
  if (info.includes('role:master')) return 'master';
  const [, port = ''] = /master_port:(\d+)/.exec(info) ?? [];
  return info.includes('master_link_status:up') ? `replica of ${port}` : 'neither';
}
