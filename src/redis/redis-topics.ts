import type { Cluster } from 'ioredis';
import type { InFlight } from './in-flight.js';
import type { RedisClients } from './redis-clients.js';

/** Names that are subscribed to at once. */
const CHUNK = 256;
/** About what a name takes on its way, in bytes. */
const NAME_BYTES = 512;

/** Whoever is handed what is published in Redis. */
export interface TopicListener {
  published(name: string, payload: string): void;
  /** The connection was lost: all names are subscribed to again, and what came meanwhile was missed. */
  restored(): void;
  /** Redis refuses this name, though it took it before. */
  refused(name: string): void;
}

/** Subscriptions to what is published in Redis; in a cluster, by its sharded publish and subscribe. */
export class RedisTopics {
  private readonly names = new Set<string>();
  private listener: TopicListener | undefined;

  constructor(
    private readonly clients: RedisClients,
    private readonly inFlight: InFlight,
  ) {
    const { subscriber, kind } = clients;
    subscriber.on(kind === 'cluster' ? 'smessage' : 'message', (name: string, payload: string) =>
      this.listener?.published(name, payload),
    );
    // A cluster's subscribers subscribe again by themselves.
    if (kind === 'cluster') subscriber.on('subscribersReady', () => this.listener?.restored());
    else subscriber.on('ready', () => void this.restore());
  }

  /** The command that publishes for these subscriptions. */
  get publishCommand(): 'PUBLISH' | 'SPUBLISH' {
    return this.clients.kind === 'cluster' ? 'SPUBLISH' : 'PUBLISH';
  }

  listen(listener: TopicListener): void {
    this.listener = listener;
  }

  /** Settles when what is published from now on comes. @throws whatever Redis refuses it with */
  async subscribe(name: string): Promise<void> {
    this.names.add(name);
    await this.inFlight.run(NAME_BYTES, () => this.send('subscribe', [name]));
  }

  unsubscribe(name: string): void {
    this.names.delete(name);
    // A connection that is lost takes its subscriptions with it.
    this.send('unsubscribe', [name]).catch(() => undefined);
  }

  /** Subscribes once more, where nothing seems to come. In a cluster something may be missed meanwhile. */
  async renew(name: string): Promise<void> {
    if (!this.names.has(name)) return;
    // A cluster's client keeps a list of names, which must not grow. On one server, whoever subscribes twice misses nothing.
    if (this.clients.kind === 'cluster') this.send('unsubscribe', [name]).catch(() => undefined);
    await this.send('subscribe', [name]).catch(() => undefined);
  }

  /**
   * Whether the connection answers: one on which nothing is sent would not be missed. What was published before this was called has
   * come by then, except in a cluster, whose subscribers can't be asked. @throws when it doesn't answer
   */
  async check(): Promise<void> {
    const { clients } = this;
    if (clients.kind === 'server') await this.inFlight.run(NAME_BYTES, () => clients.subscriber.ping());
  }

  private send(what: 'subscribe' | 'unsubscribe', names: readonly string[]): Promise<unknown> {
    const { clients } = this;
    if (clients.kind === 'server') return clients.subscriber[what](...names);
    return Promise.all(names.map((name) => sharded(clients.subscriber, what, name)));
  }

  /** Subscribes to all anew, on a new connection. */
  private async restore(): Promise<void> {
    const names = [...this.names];
    for (let at = 0; at < names.length; at += CHUNK) {
      const chunk = names.slice(at, at + CHUNK);
      try {
        await this.send('subscribe', chunk);
      } catch (error) {
        if (!isRefusal(error)) return; // The connection is lost again.
        await this.restoreEach(chunk);
      }
    }
    this.listener?.restored();
  }

  /** One name that is refused takes all of its command with it. */
  private async restoreEach(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.send('subscribe', [name]).catch((error: unknown) => {
        if (isRefusal(error)) this.listener?.refused(name);
      });
    }
  }
}

function sharded(cluster: Cluster, what: 'subscribe' | 'unsubscribe', name: string): Promise<unknown> {
  return what === 'subscribe' ? cluster.ssubscribe(name) : cluster.sunsubscribe(name);
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOPERM');
}
