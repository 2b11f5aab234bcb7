import { afterEach, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startDatabase, type TestDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { untilDown, untilReady } from './support/health.js';
import { databaseEnv } from './support/service.js';
import { ask, subscribe } from './support/test-stream.js';
import { tokenOf } from './support/tokens.js';

describe('a database that is not there at the start', () => {
  let gateway: Gateway;
  let database: TestDatabase | undefined;
  let client: TestClient;
  afterEach(async () => {
    await client.close();
    await gateway.stop();
    await database?.stop();
  });

  it('is waited for, and channels work meanwhile', async () => {
    const gone = await startDatabase();
    await gone.stop();
    gateway = await startGateway(databaseEnv(gone));
    client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
    expect((await fetch(`${gateway.httpUrl}/health/live`)).status).toBe(200);
    await untilDown(gateway, /closed|refused/);

    expect(await ask(client, { topic: 'messages' })).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await client.request({ type: 'subscribe', id: 's', channel: 'room:1' });
    await client.request({ type: 'publish', id: 'p', channel: 'room:1', event: 'hello', data: 1 });
    expect(await client.next('message')).toMatchObject({ event: 'hello', data: 1 });

    // An empty server: where the service manages, it defines namespace and database too.
    database = await startDatabase({ port: Number(new URL(gone.url).port) });
    await untilReady(gateway);
    const stream = await subscribe(client, { topic: 'messages' });
    const writer = await database.connect(gone.database);
    await writer.query('CREATE messages:1');
    expect(await stream.next()).toMatchObject({ action: 'CREATE', data: { id: 'messages:1' } });
  }, 40_000);
});
