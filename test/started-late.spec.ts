import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerFrame } from '@edge-hive/protocol';
import { TestClient } from './support/client.js';
import { startDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { databaseEnv, startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';
import { tokenOf } from './support/tokens.js';

const CLIENTS = 20;
const THAW_MS = 500;

describe('a gateway that was started while the database stood still', () => {
  let service: Service;
  let late: Gateway;
  beforeEach(async () => {
    service = await startService({}, await startDatabase());
  });
  afterEach(async () => {
    await late.stop();
    await service.stop();
  });

  it('recovers cursors from its first answer on', async () => {
    const stream = await subscribe(await service.connect(), { topic: 'notes' });
    await service.writer.query('CREATE notes:1 RETURN NONE; CREATE notes:2 RETURN NONE');
    const [first] = await stream.take(2);
    const { epoch } = stream.subscribed;

    service.database.process.kill('SIGSTOP');
    late = await startGateway({ ...databaseEnv(service.database), SURREAL_TIMEOUT_MS: '500' });
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect()));
    const answers = clients.map((client) => untilAnswered(client, { topic: 'notes', since: first?.cursor, epoch }));
    await delay(THAW_MS);
    service.database.process.kill('SIGCONT');
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ recovered: true, durable: true });
  }, 60_000);

  async function connect(): Promise<TestClient> {
    const client = await TestClient.connect(late.url, { token: tokenOf('user-1') });
    await client.next('welcome');
    return client;
  }
});

/** Asks again for as long as the database isn't there. */
async function untilAnswered(client: TestClient, command: object): Promise<ServerFrame> {
  for (let id = 0; ; id += 1) {
    const reply = await client.request({ type: 'subscribe', id: `${id}`, ...command });
    if (reply.type !== 'error' || !['UNAVAILABLE', 'RATE_LIMITED'].includes(reply.code)) return reply;
    await delay(20);
  }
}
