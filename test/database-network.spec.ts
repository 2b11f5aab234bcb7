import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sharedDatabase } from './support/database.js';
import { expectEveryChange } from './support/deliveries.js';
import { losses, untilDown, untilReady, untilReconnected } from './support/health.js';
import { TcpProxy } from './support/proxy.js';
import { startService, type Service } from './support/service.js';
import { ask, subscribe, type TestStream } from './support/test-stream.js';
import type { TestClient } from './support/client.js';
import { Writers } from './support/writers.js';

const CUTS = 20;
/** Each way. */
const LAG_MS = 40;

describe('the network between service and database', () => {
  let proxy: TcpProxy;
  let service: Service;
  let client: TestClient;
  beforeAll(async () => {
    const database = sharedDatabase();
    proxy = await TcpProxy.start(database.url);
    service = await startService({ SURREAL_URL: proxy.url, SURREAL_TIMEOUT_MS: '1000' }, database);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
  });
  beforeEach(async () => {
    client = await service.connect();
  });
  afterEach(() => {
    proxy.admit();
    proxy.slowDown(0);
  });

  it('goes silent without a close: it is noticed, and what was written meanwhile is delivered', async () => {
    const { stream, writers } = await start('silent', 4);
    for (let times = 0; times < 2; times += 1) {
      await writers.more(100);
      const before = await losses(service.gateway);
      proxy.blackhole();
      await untilReconnected(service.gateway, before);
    }
    await writers.more(100);
    await writers.stop();
    await expectEveryChange(service.database, stream);
  }, 60_000);

  it('is cut again and again: nothing is lost, repeated or delivered backwards', async () => {
    const { stream, writers } = await start('cut', 4);
    for (let cuts = 0; cuts < CUTS; cuts += 1) {
      proxy.cut();
      await stream.take(20);
    }
    await writers.stop();
    await expectEveryChange(service.database, stream);
    expect(await client.request({ type: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
  }, 60_000);

  it('is slow: rows and what is written come later, and nothing is lost or read again', async () => {
    const before = await losses(service.gateway);
    const { stream, writers } = await start('slow', 4);
    proxy.slowDown(LAG_MS);
    await writers.more(300);
    await writers.stop();
    await expectEveryChange(service.database, stream);
    const rows = await subscribe(await service.connect(), { topic: 'slow', filter: { writer: 1 }, snapshot: true });
    const ids = (await rows.snapshot()).map(({ id }) => id);
    await service.writer.query('UPDATE slow SET version = 3 WHERE writer = 1');
    expect((await rows.take(ids.length)).map(({ data }) => data.id).sort()).toEqual(ids.sort());
    expect(rows.frames.filter(({ type }) => type === 'resync')).toEqual([]);
    expect(await losses(service.gateway)).toBe(before);
  }, 60_000);

  it('is down: known topics can be subscribed to without a snapshot, and tell what is written then', async () => {
    await service.writer.query('CREATE known:1');
    await subscribe(await service.connect('someone else'), { topic: 'known' });
    proxy.refuse();
    await untilDown(service.gateway);
    const stream = await subscribe(client, { topic: 'known', filter: { n: { gte: 2 } } });
    await service.writer.query('CREATE known:2 SET n = 2; UPDATE known:2 SET n = 1; CREATE known:3 SET n = 3');
    proxy.admit();
    await stream.take(3);
    expect(stream.told).toEqual(['CREATE known:2', 'UPDATE known:2 leave', 'CREATE known:3']);
  }, 30_000);

  it('is down: what needs the database is UNAVAILABLE, and can be had later', async () => {
    await subscribe(client, { topic: 'asked' });
    proxy.refuse();
    await untilDown(service.gateway);
    const unknown = { topic: 'never heard of' };
    expect(await ask(client, unknown)).toMatchObject({ type: 'error', code: 'UNAVAILABLE', retryable: true });
    expect(await snapshotRefusal({ topic: 'asked', snapshot: true })).toBe('UNAVAILABLE');
    proxy.admit();
    await untilReady(service.gateway);
    await subscribe(client, unknown);
    const stream = await subscribe(client, { topic: 'asked', snapshot: true });
    expect(await stream.snapshot()).toEqual([]);
  }, 30_000);

  async function start(topic: string, count: number): Promise<{ stream: TestStream; writers: Writers }> {
    const stream = await subscribe(client, { topic });
    expect(stream.subscribed.durable).toBe(true);
    return { stream, writers: new Writers(service.database, topic, count) };
  }

  /** The code with which it is refused at once, or ended when its snapshot can't be read. */
  async function snapshotRefusal(command: { topic: string; snapshot: true }): Promise<string | undefined> {
    const reply = await ask(client, command);
    const refusal = reply.type === 'subscribed' ? await client.next('unsubscribed') : reply;
    return 'code' in refusal ? refusal.code : undefined;
  }
});
