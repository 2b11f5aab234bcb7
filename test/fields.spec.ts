import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startService, type Service } from './support/service.js';
import { allTold, ask, subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

describe('fields', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  }, 60_000);
  afterAll(() => service.stop());

  it('come in the shape of the record, with the id', async () => {
    const client = await service.connect();
    const fields = ['name', 'address.city', 'a.b.c', 'missing.x'];
    const stream = await subscribe(client, { topic: 'people', fields });
    await service.writer.query(
      "CREATE people:1 SET name = 'Ada', age = 36, address = { city: 'Oslo', street: 'A' }, a = { b: { c: 1, d: 2 } }",
    );
    const created = await stream.next();
    const data = { id: 'people:1', name: 'Ada', address: { city: 'Oslo' }, a: { b: { c: 1 } } };
    expect(created.data).toEqual(data);
    const again = await subscribe(client, { topic: 'people', fields, snapshot: true });
    expect(await again.snapshot()).toEqual([data]);
  });

  it('are told of an update only when one of them changes', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'partial', fields: ['name', 'address.city'] });
    await service.writer.query("CREATE partial:1 SET name = 'Ada', n = 0, address = { city: 'Oslo', zip: 1 }");
    await service.writer.query('UPDATE partial:1 SET n = 1');
    await service.writer.query('UPDATE partial:1 SET address.zip = 2');
    await service.writer.query("UPDATE partial:1 SET address.city = 'Rome'");
    await service.writer.query('UPDATE partial:1 UNSET name');
    await service.writer.query('DELETE partial:1');
    await allTold(service, client);
    expect(stream.events.map(({ action, data }) => ({ action, ...data }))).toEqual([
      { action: 'CREATE', id: 'partial:1', name: 'Ada', address: { city: 'Oslo' } },
      { action: 'UPDATE', id: 'partial:1', name: 'Ada', address: { city: 'Rome' } },
      { action: 'UPDATE', id: 'partial:1', address: { city: 'Rome' } },
      expect.objectContaining({ action: 'DELETE', id: 'partial:1' }),
    ]);
    for (const key of Object.keys(stream.events[3]?.data ?? {})) expect(['id', 'address']).toContain(key);
  });

  it('do not hide who enters and leaves by another field', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'gate', fields: ['name'], filter: { open: true } });
    await service.writer.query("CREATE gate:1 SET name = 'Ada', open = false");
    await service.writer.query('UPDATE gate:1 SET open = true');
    await service.writer.query('UPDATE gate:1 SET other = 1');
    await service.writer.query('UPDATE gate:1 SET open = false');
    await allTold(service, client);
    expect(stream.told).toEqual(['UPDATE gate:1 enter', 'UPDATE gate:1 leave']);
    expect(stream.events.map(({ data }) => data)).toEqual([{ id: 'gate:1', name: 'Ada' }, { id: 'gate:1' }]);
  });

  it('may be the id alone', async () => {
    const client = await service.connect();
    for (const fields of [['id'], []]) {
      const stream = await subscribe(client, { topic: 'bare', fields });
      await service.writer.query('CREATE bare SET n = 1');
      expect(Object.keys((await stream.next()).data)).toEqual(['id']);
    }
  });

  it.each([[['']], [['a..b']], [['.a']], [[1]], ['name'], [{ name: true }], [[Array(9).fill('a').join('.')]]])(
    'refuses %j',
    async (fields) => {
      expect(await ask(await service.connect(), { topic: 'people', fields: fields as string[] })).toMatchObject({
        type: 'error',
        code: 'INVALID_FIELDS',
        message: expect.stringContaining('fields'),
        retryable: false,
      });
    },
  );
});
