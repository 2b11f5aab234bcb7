import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { untilDown, untilReady } from './support/health.js';
import { TcpProxy } from './support/proxy.js';
import { startService, type Service } from './support/service.js';
import { ask, subscribe } from './support/test-stream.js';

const USER = { SURREAL_USERNAME: 'service', SURREAL_PASSWORD: 'right' };

describe('a user of one database', () => {
  let database: TestDatabase;
  let root: Surreal;
  let service: Service | undefined;
  let proxy: TcpProxy | undefined;
  beforeEach(async () => {
    database = sharedDatabase();
    root = await database.connect();
    await root.query('DEFINE TABLE whole CHANGEFEED 1h INCLUDE ORIGINAL; DEFINE TABLE plain; CREATE whole:0');
  });
  afterEach(async () => {
    await service?.stop();
    await proxy?.stop();
  });

  it('who is a VIEWER reads durable streams, live queries and snapshots, and is told what that does not allow', async () => {
    await defineUser('VIEWER');
    service = await startService(USER, database);
    expect(service.gateway.output).toContain('Role EDITOR allows');
    expect(service.gateway.output).toContain('CHANGEFEED 3d INCLUDE ORIGINAL');

    const client = await service.connect();
    const whole = await subscribe(client, { topic: 'whole', snapshot: true });
    const plain = await subscribe(client, { topic: 'plain' });
    expect([whole.subscribed.durable, plain.subscribed.durable]).toEqual([true, false]);
    expect(await whole.snapshot()).toEqual([{ id: 'whole:0' }]);
    await root.query('CREATE whole:1; CREATE plain:1');
    expect(await whole.next()).toMatchObject({ action: 'CREATE', data: { id: 'whole:1' } });
    expect(await plain.next()).toMatchObject({ action: 'CREATE', data: { id: 'plain:1' } });
    expect(await ask(client, { topic: 'missing' })).toMatchObject({ code: 'UNKNOWN_TOPIC', retryable: false });
  }, 40_000);

  it('who is a VIEWER of a database in which nothing happens can give cursors to come back with', async () => {
    await defineUser('VIEWER');
    const running = (service = await startService({ ...USER, SURREAL_SWEEP_WINDOW_MS: '200' }, database));
    const client = await running.connect();
    const { cursor, epoch } = (await subscribe(client, { topic: 'whole' })).subscribed;
    await client.close();
    const resume = async () => subscribe(await running.connect(), { topic: 'whole', since: cursor, epoch });
    expect((await resume()).subscribed).toMatchObject({ cursor, recovered: true });
    await root.query('CREATE whole:1');
    const stream = await resume();
    expect(stream.subscribed.recovered).toBe(true);
    expect(await stream.next()).toMatchObject({ action: 'CREATE', data: { id: 'whole:1' } });
  }, 40_000);

  it('who is an EDITOR adds the changefeed to what is subscribed to', async () => {
    await defineUser('EDITOR');
    service = await startService(USER, database);
    const client = await service.connect();
    for (const topic of ['plain', 'missing']) {
      const stream = await subscribe(client, { topic });
      expect(stream.subscribed.durable).toBe(true);
      await root.query(`CREATE ${topic}:1; DELETE ${topic}:1`);
      await stream.take(2);
      expect(stream.told).toEqual([`CREATE ${topic}:1`, `DELETE ${topic}:1`]);
    }
    expect(JSON.stringify(await root.query('INFO FOR DB'))).toMatch(/TABLE plain [^;]*CHANGEFEED 3d INCLUDE ORIGINAL/);
  }, 40_000);

  it.each([
    ['whose password was changed', "DEFINE USER OVERWRITE service ON DATABASE PASSWORD 'wrong' ROLES EDITOR"],
    ['who was removed', 'REMOVE USER service ON DATABASE'],
  ])(
    '%s for a while is let in again, and nothing is lost',
    async (_, refuse) => {
      await defineUser('EDITOR');
      proxy = await TcpProxy.start(database.url);
      service = await startService({ ...USER, SURREAL_URL: proxy.url }, database);
      const stream = await subscribe(await service.connect(), { topic: 'whole' });
      await root.query(refuse);
      proxy.cut();
      await untilDown(service.gateway, /authentication/);
      await root.query('CREATE whole:1');
      await defineUser('EDITOR');
      await untilReady(service.gateway);
      await root.query('CREATE whole:2');
      await stream.take(2);
      expect(stream.frames.map(({ type }) => type)).toEqual(['event', 'event']);
      expect(stream.told).toEqual(['CREATE whole:1', 'CREATE whole:2']);
    },
    40_000,
  );

  async function defineUser(role: 'VIEWER' | 'EDITOR'): Promise<void> {
    await root.query(`DEFINE USER OVERWRITE service ON DATABASE PASSWORD 'right' ROLES ${role}`);
  }
});
