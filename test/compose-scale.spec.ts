import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RealtimeClient } from '@edge-hive/realtime-client';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { Balancer } from './support/balancer.js';
import { ComposeFile } from './support/composition.js';
import { startDatabase, type TestDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { until } from './support/poll.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

const docker = (name: string) => new URL(`../docker/${name}`, import.meta.url);
const compose = new ComposeFile(docker('compose.scale.yaml'), {
  SURREAL_ROOT_PASSWORD: 'root',
  SURREAL_PASSWORD: 'hush',
  REDIS_PASSWORD: 'secret',
  JWT_SECRET,
  NODE_DIGEST: 'sha256:0',
  SURREALDB_DIGEST: 'sha256:0',
  REDIS_DIGEST: 'sha256:0',
  CADDY_DIGEST: 'sha256:0',
});
const INSTANCES = compose.services.filter((name) => name.startsWith('gateway-'));
const CLIENTS = 9;

(hasRedis ? describe : describe.skip)('what docker/compose.scale.yaml starts, as processes', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let balancer: Balancer;
  const gateways: Gateway[] = [];
  const clients: RealtimeClient[] = [];

  /** The environment of compose, where its hosts are this one. */
  const start = (service: string) => {
    const { SURREAL_URL = '', REDIS_URL = '', ...env } = compose.environmentOf(service);
    return startGateway({
      NODE_ENV: 'production',
      ...env,
      SURREAL_URL: SURREAL_URL.replace('surrealdb:8000', new URL(database.url).host),
      REDIS_URL: REDIS_URL.replace('redis:6379', `127.0.0.1:${redis.port}`),
      POLICY_FILE: fileURLToPath(docker('policy.example.json')),
    });
  };

  beforeAll(async () => {
    database = await startDatabase();
    const root = await database.connect();
    await root.query('DEFINE NAMESPACE IF NOT EXISTS main');
    await root.use({ namespace: 'main' });
    await root.query('DEFINE DATABASE IF NOT EXISTS main');
    await root.use({ namespace: 'main', database: 'main' });
    // An option of `surreal import` alone.
    await root.query(compose.config('definitions').replace('OPTION IMPORT;', ''));
    const [, ...options] = compose.commandOf('redis');
    redis = await RedisServer.start(options);
    for (const name of INSTANCES) gateways.push(await start(name));
    balancer = await Balancer.to(gateways.map(portOf));
  }, 180_000);
  afterAll(async () => {
    for (const client of clients) client.close();
    await balancer.stop();
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await redis.stop();
    await database.stop();
  });

  function connect(principal: string): RealtimeClient {
    const client = new RealtimeClient(`ws://127.0.0.1:${balancer.port}${REALTIME_PATH}`, {
      WebSocket,
      token: tokenOf(principal, { rooms: ['a'] }),
      backoff: { baseDelay: 20, maxDelay: 200 },
    });
    clients.push(client);
    return client;
  }

  it('serves clients on any instance without sticky sessions, also while one after the other is replaced', async () => {
    const messages: string[][] = [];
    const rows: (() => number)[] = [];
    const troubles: string[] = [];
    const onResync = ({ reason }: { reason: string }) => troubles.push(reason);
    for (let n = 0; n < CLIENTS; n += 1) {
      const client = connect(`user-${n}`);
      const heard: string[] = [];
      messages.push(heard);
      client.on('error', (error) => troubles.push(String(error)));
      await client.channel('room:1').subscribe<string>(({ data }) => heard.push(data), { onResync }).ready;
      // Read again where an instance can't go on: the table is younger than what another one looks back over.
      const collection = client.collection<{ id: string }>('messages', {});
      rows.push(() => collection.items.length);
      await collection.ready;
    }
    // Each of them, none with more than its share.
    expect(balancer.shares).toEqual(INSTANCES.map(() => CLIENTS / INSTANCES.length));
    const presence = connect('eve').channel('room:1').presence;
    const left: string[] = [];
    presence.on('leave', ({ id }) => left.push(id));
    await clients[0]?.channel('room:1').presence.enter({});
    await until(() => presence.count.count === 1);

    const writer = await database.connect();
    await writer.use({ namespace: 'main', database: 'main' });
    const said: string[] = [];
    const publisher = connect('ann').channel('room:1');
    const sayAndWrite = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        const text = `${said.length}`;
        said.push(text);
        await publisher.publish('said', text);
        await writer.query('CREATE type::record($id) SET room = "a", text = $text', { id: `messages:m${text}`, text });
      }
    };
    for (const [at, name] of INSTANCES.entries()) {
      const busy = sayAndWrite(20);
      // As `docker compose up` does it: this one drains and ends, then another is started in its place.
      await gateways[at]?.stop();
      const next = await start(name);
      gateways[at] = next;
      balancer.move(at, portOf(next));
      await busy;
      await sayAndWrite(5);
    }
    for (const heard of messages) await until(() => heard.length >= said.length, 60_000);
    for (const count of rows) await until(() => count() === said.length, 60_000);
    for (const heard of messages) expect(heard).toEqual(said);
    expect(troubles).toEqual([]);
    expect(left).toEqual([]);
    expect(presence.count.count).toBe(1);
    for (const { output } of gateways) expect(output).not.toMatch(/hush|secret/);
  }, 180_000);
});

function portOf({ httpUrl }: Gateway): number {
  return Number(new URL(httpUrl).port);
}
