import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { databaseEnv, startService, type Service } from './support/service.js';
import { allTold, ask, inShort, subscribe } from './support/test-stream.js';
import { tokenOf } from './support/tokens.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

/** Filters, and which of the rows 1, 2, … they match. */
const FILTERS: readonly [object, readonly number[]][] = [
  [{ n: 10 }, [1]],
  [{ n: { eq: 10 } }, [1]],
  [{ n: { ne: 10 } }, [2, 3, 4]],
  [{ n: { gt: 10 } }, [2, 3]],
  [{ n: { gte: 10, lt: 30 } }, [1, 2]],
  [{ n: { lte: 10 } }, [1, 4]],
  [{ n: { in: [10, 30] } }, [1, 3]],
  [{ n: { nin: [10, 30] } }, [2, 4]],
  [{ n: { exists: false } }, [4]],
  [{ tags: { contains: 'red' } }, [1, 3]],
  [{ name: { contains: 'da' } }, [1]],
  [{ name: { startsWith: 'G' } }, [2, 3]],
  [{ 'address.city': 'Rome' }, [2]],
  [{ 'address.city': { exists: true } }, [1, 2]],
  [{ owner: 'person:1' }, [1, 2]],
  [{ owner: { in: ['person:2', 'person:3'] } }, [3]],
  [{ at: '2026-01-02T00:00:00Z' }, [2]],
  [{ at: { gte: '2026-01-02T00:00:00.000Z' } }, [2, 3]],
  [{ friends: { contains: 'person:9' } }, [3]],
  [{ gone: null }, [4]],
  [{ gone: { exists: false } }, [1, 2, 3]],
  [{ or: [{ n: 10 }, { n: 20 }] }, [1, 2]],
  [{ not: { n: 10 } }, [2, 3, 4]],
  [{ tags: { contains: 'red' }, or: [{ n: 10 }, { not: { name: 'Grace' } }] }, [1, 3]],
  [{ id: 'people:2' }, [2]],
  [{}, [1, 2, 3, 4]],
];

const ROWS = `
  CREATE people:1 SET n = 10, name = 'Ada', tags = ['red', 'blue'], address = { city: 'Oslo' }, owner = person:1,
    at = d'2026-01-01T00:00:00Z';
  CREATE people:2 SET n = 20, name = 'Grace', tags = [], address = { city: 'Rome' }, owner = person:1,
    at = d'2026-01-02T00:00:00Z';
  CREATE people:3 SET n = 30, name = 'Gil', tags = ['red'], owner = person:2, at = d'2026-01-03T00:00:00Z',
    friends = [person:8, person:9];
  CREATE people:4 SET gone = null;
`;

const INVALID: readonly unknown[] = [
  [],
  'room',
  null,
  { n: {} },
  { n: { like: 1 } },
  { n: { gt: 1, near: 2 } },
  { or: [] },
  { or: {} },
  { or: [1] },
  { not: 1 },
  { not: [] },
  { n: { in: 1 } },
  { n: { startsWith: 1 } },
  { n: { exists: 'yes' } },
  { '': 1 },
  { 'a..b': 1 },
  { '.a': 1 },
];

describe('filters', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ LIMIT_COMMANDS_BURST: '1000' });
  }, 60_000);
  afterAll(() => service.stop());

  it('find the same rows in snapshots, as they are written, and as they are deleted', async () => {
    const client = await service.connect();
    await service.writer.query('DEFINE TABLE people');
    const streams = await Promise.all(
      FILTERS.map(([filter]) => subscribe(client, { topic: 'people', filter, snapshot: true })),
    );
    for (const stream of streams) expect(await stream.snapshot()).toEqual([]);
    await service.writer.query(ROWS);
    await allTold(service, client);
    const again = await service.connect();
    for (const [index, [filter, matching]] of FILTERS.entries()) {
      const ids = matching.map((n) => `people:${n}`);
      expect([filter, streams[index]?.told]).toEqual([filter, ids.map((id) => `CREATE ${id}`)]);
      const stream = await subscribe(again, { topic: 'people', filter, snapshot: true });
      expect([filter, (await stream.snapshot()).map(({ id }) => id).sort()]).toEqual([filter, ids]);
    }
    await service.writer.query('DELETE people');
    await allTold(service, client);
    for (const [index, [filter, matching]] of FILTERS.entries()) {
      const deleted = streams[index]?.events.filter(({ action }) => action === 'DELETE') ?? [];
      const ids = deleted.map(({ data }) => data.id).sort();
      expect([filter, ids]).toEqual([filter, matching.map((n) => `people:${n}`)]);
    }
  });

  it('tell who comes in, who stays and who goes out, of whom only the id', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'moves', filter: { room: 'general' } });
    await service.writer.query("CREATE moves:1 SET room = 'other', text = 'a'");
    await service.writer.query("UPDATE moves:1 SET text = 'b'");
    await service.writer.query("UPDATE moves:1 SET room = 'general'");
    await service.writer.query("UPDATE moves:1 SET text = 'c'");
    await service.writer.query("UPDATE moves:1 SET room = 'other', text = 'hidden'");
    await service.writer.query("UPDATE moves:1 SET text = 'd'");
    await service.writer.query('DELETE moves:1');
    await allTold(service, client);
    expect(stream.events.map(({ action, transition, data }) => ({ action, transition, data }))).toEqual([
      { action: 'UPDATE', transition: 'enter', data: { id: 'moves:1', room: 'general', text: 'b' } },
      { action: 'UPDATE', data: { id: 'moves:1', room: 'general', text: 'c' } },
      { action: 'UPDATE', transition: 'leave', data: { id: 'moves:1' } },
    ]);
    expect(stream.events[1]).not.toHaveProperty('transition');
    expect(JSON.stringify(client.frames)).not.toContain('hidden');
  });

  it('tell the deletion of a record that matched, and of no other', async () => {
    const client = await service.connect();
    await service.writer.query("CREATE ends:old SET room = 'general'; CREATE ends:far SET room = 'other'");
    const stream = await subscribe(client, { topic: 'ends', filter: { room: 'general' } });
    const everything = await subscribe(client, { topic: 'ends' });
    await service.writer.query("CREATE ends:new SET room = 'general'; CREATE ends:moved SET room = 'general'");
    await service.writer.query("UPDATE ends:moved SET room = 'other'");
    await service.writer.query('DELETE ends:far; DELETE ends:moved; DELETE ends:old; DELETE ends:new');
    await allTold(service, client);
    expect(stream.told).toEqual([
      'CREATE ends:new',
      'CREATE ends:moved',
      'UPDATE ends:moved leave',
      'DELETE ends:old',
      'DELETE ends:new',
    ]);
    expect(everything.events.filter(({ action }) => action === 'DELETE')).toHaveLength(4);
  });

  it('tell the deletion of a record that was created before the gateway started', async () => {
    await service.writer.query("CREATE before:in SET room = 'general'; CREATE before:out SET room = 'other'");
    const gateway = await startGateway(databaseEnv(service.database));
    try {
      const client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
      const stream = await subscribe(client, { topic: 'before', filter: { room: 'general' } });
      await service.writer.query('DELETE before');
      await allTold(service, client);
      expect(stream.told).toEqual(['DELETE before:in']);
      await client.close();
    } finally {
      await gateway.stop();
    }
  }, 30_000);

  it('tell the deletion of an older record as they told its row, past no link and into no array', async () => {
    const client = await service.connect();
    await service.writer.query(
      "CREATE linked:1 SET secret = 'hidden'; CREATE links:1 SET to = linked:1, list = [{ n: 1 }], n = 1; CREATE links:2",
    );
    const filters = [
      { 'to.secret': 'hidden' },
      { 'to.secret': { exists: false } },
      { 'list.n': { exists: false } },
      { 'id.n': { exists: true } },
      { n: 1 },
    ];
    const streams = [];
    for (const filter of filters) streams.push(await subscribe(client, { topic: 'links', filter, snapshot: true }));
    const rows = [];
    for (const stream of streams) rows.push((await stream.snapshot()).map(({ id }) => id));
    expect(rows).toEqual([[], ['links:1', 'links:2'], ['links:1', 'links:2'], [], ['links:1']]);
    await service.writer.query('DELETE links:1; DELETE links:2');
    await allTold(service, client);
    const deleted = streams.map(({ events }) => events.map(({ data }) => data.id));
    expect(deleted).toEqual(rows);
    expect(JSON.stringify(client.frames)).not.toContain('hidden');
  });

  it('tell a deletion by the id, rather than be silent, where nothing may be kept of the record', async () => {
    await service.writer.query(
      "CREATE unkept:in SET room = 'general', text = 'a'; CREATE unkept:out SET room = 'other'",
    );
    const gateway = await startGateway({ ...databaseEnv(service.database), LIMIT_ROW_INDEX_BYTES: '0' });
    try {
      const client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
      const stream = await subscribe(client, { topic: 'unkept', filter: { room: 'general' } });
      await service.writer.query('DELETE unkept:in; DELETE unkept:out');
      await allTold(service, client);
      expect(stream.told[0]).toBe('DELETE unkept:in');
      for (const { data } of stream.events.slice(1)) expect(data).toEqual({ id: 'unkept:out' });
      await client.close();
    } finally {
      await gateway.stop();
    }
  }, 30_000);

  it('follow a record through one transaction', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'within', filter: { n: { gt: 1 } } });
    await service.writer.query(
      'BEGIN; CREATE within:1 SET n = 1; UPDATE within:1 SET n = 2; UPDATE within:1 SET n = 3; UPDATE within:1 SET n = 0;' +
        'UPDATE within:1 SET n = 5; DELETE within:1; COMMIT;',
    );
    await allTold(service, client);
    expect(stream.events.map(inShort)).toEqual([
      'UPDATE within:1 enter',
      'UPDATE within:1',
      'UPDATE within:1 leave',
      'UPDATE within:1 enter',
      'DELETE within:1',
    ]);
  });

  it.each(INVALID.map((filter) => [JSON.stringify(filter), filter]))(
    'refuse %s, naming the place',
    async (_, filter) => {
      expect(await ask(await service.connect(), { topic: 'people', filter: filter as object })).toMatchObject({
        type: 'error',
        code: 'INVALID_FILTER',
        message: expect.stringContaining('filter'),
        retryable: false,
      });
    },
  );

  it('may have 16 conditions and 4 levels, and no more', async () => {
    const client = await service.connect();
    const wide = (size: number) => ({ or: Array.from({ length: size }, (_, n) => ({ n })) });
    const deep = (levels: number): object => (levels === 0 ? { n: 1 } : { not: deep(levels - 1) });
    for (const filter of [wide(16), deep(4)]) await subscribe(client, { topic: 'people', filter });
    for (const filter of [wide(17), deep(5)]) {
      expect(await ask(client, { topic: 'people', filter })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    }
  });
});
