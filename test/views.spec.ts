import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startService, type Service } from './support/service.js';
import { allTold, ask, subscribe } from './support/test-stream.js';

describe('views', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
    await service.writer.query(`DEFINE DATABASE OVERWRITE ${service.database.database} CHANGEFEED 3d INCLUDE ORIGINAL`);
    await service.writer.query('DEFINE TABLE sales; DEFINE TABLE other');
    await service.writer.query('DEFINE TABLE sums AS SELECT count() AS n, shop FROM sales GROUP BY shop');
    await service.writer.query('DEFINE TABLE shops AS SELECT shop FROM sales');
  }, 60_000);
  afterAll(() => service.stop());

  it.each(['sums', 'shops'])('are refused, since SurrealDB does not tell their changes: %s', async (topic) => {
    expect(await ask(await service.connect(), { topic, snapshot: true })).toMatchObject({
      type: 'error',
      code: 'UNKNOWN_TOPIC',
      message: expect.stringMatching(new RegExp(`^topic: ${topic} is a view`)),
      retryable: false,
    });
  });

  it('disturb nobody by the entries without an id that they leave in a changefeed', async () => {
    const client = await service.connect();
    const [sales, other] = [await subscribe(client, { topic: 'sales' }), await subscribe(client, { topic: 'other' })];
    await service.writer.query("CREATE sales:1 SET shop = 'a'; UPDATE sales:1 SET shop = 'b'; DELETE sales:1");
    await service.writer.query('CREATE other:1');
    await allTold(service, client);
    expect(sales.told).toEqual(['CREATE sales:1', 'UPDATE sales:1', 'DELETE sales:1']);
    expect(other.told).toEqual(['CREATE other:1']);
    expect([...sales.frames, ...other.frames].every(({ type }) => type === 'event')).toBe(true);
  });
});
