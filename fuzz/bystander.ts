import { setTimeout as delay } from 'node:timers/promises';
import type { Surreal } from 'surrealdb';
import { TestClient } from '../test/support/client.js';
import type { Gateway } from '../test/support/gateway.js';
import { connectWriter } from './connect-writer.js';
import { lastingToken } from './lasting-token.js';

const CHANNEL = 'bystander';
const TABLE = 'bystander';
const PAUSE_MS = 100;

/** Somebody who only uses the service meanwhile: pongs, messages and events have to come, each of them, in order. */
export class Bystander {
  rounds = 0;

  private constructor(
    private readonly listener: TestClient,
    private readonly publisher: TestClient,
    private readonly writer: Surreal,
  ) {}

  /** @param databaseUrl of the embedded database, where rows are written as an application writes them */
  static async join(gateway: Gateway, databaseUrl: string): Promise<Bystander> {
    const listener = await TestClient.connect(gateway.url, { token: lastingToken('bystander') });
    const publisher = await TestClient.connect(gateway.url, { token: lastingToken('bystander') });
    const writer = await connectWriter(databaseUrl);
    for (const claim of [{ channel: CHANNEL }, { topic: TABLE }]) {
      const reply = await listener.request({ type: 'subscribe', id: JSON.stringify(claim), ...claim });
      if (reply.type !== 'subscribed') throw new Error(`The bystander could not subscribe: ${JSON.stringify(reply)}`);
    }
    return new Bystander(listener, publisher, writer);
  }

  /** Its connections to the service. */
  readonly connections = 2;

  /** @throws Error when something doesn't come, or something else does */
  async watch(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      await this.round();
      await delay(PAUSE_MS);
    }
  }

  async leave(): Promise<void> {
    await Promise.all([this.listener.close(), this.publisher.close(), this.writer.close()]);
  }

  private async round(): Promise<void> {
    const n = this.rounds++;
    await this.publisher.request({ type: 'publish', id: `${n}`, channel: CHANNEL, event: 'said', data: n });
    await this.writer.query(`CREATE type::record($table, $n) SET n = $n`, { table: TABLE, n });
    const [pong, message, event] = await Promise.all([
      this.listener.request({ type: 'ping', id: `p${n}` }),
      this.listener.next('message'),
      this.listener.next('event'),
    ]);
    const row = event.data as { n?: unknown };
    if (pong.type !== 'pong' || message.data !== n || row.n !== n) {
      throw new Error(`In round ${n} the bystander got ${JSON.stringify([pong, message, event])}`);
    }
  }
}
