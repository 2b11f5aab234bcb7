import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SnapshotFrame } from '@edge-hive/protocol';
import { startService, type Service } from './support/service.js';
import { allTold, ask, subscribe, type TestStream } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

const PEOPLE = `
  CREATE people:1 SET name = 'Ada', age = 36, secret = 1;
  CREATE people:2 SET name = 'Bob', age = 25, secret = 2;
  CREATE people:3 SET name = 'Cid', age = 47, secret = 3;
  CREATE people:4 SET name = 'Dan', age = 25, secret = 4;
`;
const LIMIT = 3_000;

describe('snapshots', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ LIMIT_SNAPSHOT_ROWS: String(LIMIT), LIMIT_COMMANDS_BURST: '1000' });
    await service.writer.query(PEOPLE);
  }, 60_000);
  afterAll(() => service.stop());

  it('come between subscribed and the first event, and the last frame says so', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'people', snapshot: true });
    expect(stream.subscribed).not.toHaveProperty('recovered');
    const rows = await stream.snapshot();
    expect(rows.map(({ id }) => id).sort()).toEqual(['people:1', 'people:2', 'people:3', 'people:4']);
    expect(rows).toContainEqual({ id: 'people:1', name: 'Ada', age: 36, secret: 1 });
    await service.writer.query('UPDATE people:1 SET age = 36.5; UPDATE people:1 SET age = 36');
    await stream.take(2);
    expect(stream.frames.map(({ type }) => type)).toEqual(['snapshot', 'event', 'event']);
    expect(Object.keys(stream.frames[0] ?? {}).sort()).toEqual(['data', 'last', 'stream', 'type']);
  });

  it.each([
    [{ snapshot: { limit: 2, orderBy: [{ field: 'age', desc: true }] } }, ['Cid', 'Ada']],
    [{ snapshot: { limit: 3, orderBy: [{ field: 'age' }, { field: 'name', desc: true }] } }, ['Dan', 'Bob', 'Ada']],
    [{ snapshot: { orderBy: [{ field: 'name', desc: true }] } }, ['Dan', 'Cid', 'Bob', 'Ada']],
    [{ snapshot: { limit: 1, orderBy: [{ field: 'name' }] }, filter: { age: 25 } }, ['Bob']],
    [{ snapshot: { limit: 9, orderBy: [{ field: 'name' }] }, filter: { age: { gt: 30 } } }, ['Ada', 'Cid']],
    [{ snapshot: { orderBy: [{ field: 'age' }, { field: 'name' }] }, fields: ['name'] }, ['Bob', 'Dan', 'Ada', 'Cid']],
  ])('show for %j: %j', async (request, names) => {
    const stream = await subscribe(await service.connect(), { topic: 'people', ...request });
    expect((await stream.snapshot()).map(({ name }) => name)).toEqual(names);
  });

  it('are limited where events are not', async () => {
    const stream = await subscribe(await service.connect(), { topic: 'capped', snapshot: { limit: 1 } });
    await stream.snapshot();
    await service.writer.query('CREATE capped:1; CREATE capped:2; CREATE capped:3');
    await stream.take(3);
  });

  it('have only the fields that are selected', async () => {
    const request = { topic: 'people', fields: ['name'], filter: { age: 36 }, snapshot: true };
    const stream = await subscribe(await service.connect(), request);
    expect(await stream.snapshot()).toEqual([{ id: 'people:1', name: 'Ada' }]);
  });

  it('are one empty frame when nothing matches, also of a table that does not exist yet', async () => {
    const client = await service.connect();
    for (const request of [{ topic: 'people', filter: { age: 1 } }, { topic: 'empty' }]) {
      const stream = await subscribe(client, { ...request, snapshot: true });
      await stream.snapshot();
      expect(stream.frames).toEqual([{ type: 'snapshot', stream: stream.name, data: [], last: true }]);
    }
  });

  describe('that the database narrows down less than the filter', () => {
    // The text may mean a record beside a record: which it is, only the service can tell.
    const filter = { owners: { eq: ['user:1'] } };
    const LAST = [3, 1, 2].map((n) => ({ id: 1_000_000 + n, n: 1_000_000 + n, owners: ['user:1'] }));
    beforeAll(async () => {
      await fill('behind', 3 * LIMIT);
      await fill('beyond', 4 * LIMIT);
      await service.writer.query('INSERT INTO behind $rows; INSERT INTO beyond $rows', { rows: LAST });
    }, 60_000);

    it.each([
      [{ limit: 5 }, 3],
      [{ limit: 2 }, 2],
      [{ limit: 5, orderBy: [{ field: 'n' }] }, 3],
      [{ limit: 2, orderBy: [{ field: 'n' }] }, 2],
      [true, 3],
    ])('look past hidden rows until they are full, or the table ends: %j', async (snapshot, count) => {
      const stream = await subscribe(await service.connect(), { topic: 'behind', filter, snapshot });
      const rows = await stream.snapshot();
      expect(rows.map(({ n }) => n)).toEqual([1, 2, 3].slice(0, count).map((n) => 1_000_000 + n));
    });

    it.each([[{ limit: 5 }], [{ limit: 5, orderBy: [{ field: 'n' }] }], [true]])(
      'say so when they have looked at as many as they may: %j',
      async (snapshot) => {
        const stream = await subscribe(await service.connect(), { topic: 'beyond', filter, snapshot });
        expect(await stream.frame('unsubscribed')).toMatchObject({ code: 'LIMIT_EXCEEDED', topic: 'beyond' });
        expect(stream.frames).toHaveLength(1);
        const order = { limit: 2, orderBy: [{ field: 'n', desc: true }] };
        const ordered = await subscribe(await service.connect(), { topic: 'beyond', filter, snapshot: order });
        expect((await ordered.snapshot()).map(({ n }) => n)).toEqual([1_000_003, 1_000_002]);
      },
    );
  });

  it('come in several frames when there is much to show, while later commands are answered', async () => {
    await fill('many', LIMIT);
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'many', snapshot: true });
    expect(await client.request({ type: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
    const rows = await stream.snapshot();
    expect(new Set(rows.map(({ id }) => id)).size).toBe(LIMIT);
    const frames = stream.frames as readonly SnapshotFrame[];
    expect(frames.length).toBeGreaterThan(5);
    expect(frames.map(({ last }) => last)).toEqual([...frames.slice(1).map(() => false), true]);
    for (const frame of frames) expect(JSON.stringify(frame).length).toBeLessThan(256 * 1024);
  }, 20_000);

  it('end with their subscription', async () => {
    await fill('cut', LIMIT);
    const client = await service.connect();
    client.send({ type: 'subscribe', id: 's', topic: 'cut', snapshot: true });
    client.send({ type: 'unsubscribe', id: 'u', topic: 'cut' });
    await client.reply('u');
    await service.writer.query('CREATE cut:x');
    await allTold(service, client);
    const end = client.frames.findIndex((frame) => frame.type === 'unsubscribed');
    expect(client.frames.slice(end + 1).filter(({ type }) => type === 'snapshot')).toEqual([]);
    expect(client.frames.filter((frame) => frame.type === 'event' && frame.topic === 'cut')).toEqual([]);
  }, 20_000);

  it('end a subscription that more rows match than may be shown, and a limit helps', async () => {
    await fill('over', LIMIT + 1);
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'over', snapshot: true });
    expect(await stream.frame('unsubscribed')).toMatchObject({ code: 'LIMIT_EXCEEDED', topic: 'over' });
    expect(stream.frames).toHaveLength(1);
    expect(await ask(client, { topic: 'over', snapshot: { limit: LIMIT + 1 } })).toMatchObject({
      type: 'error',
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('limit'),
    });
    const limited = await subscribe(client, { topic: 'over', snapshot: { limit: 10 } });
    expect(await limited.snapshot()).toHaveLength(10);
  }, 20_000);

  it.each([
    [{ snapshot: 1 }, 'BAD_FRAME', 'snapshot'],
    [{ snapshot: { limit: 0 } }, 'BAD_FRAME', 'limit'],
    [{ snapshot: { limit: 1.5 } }, 'BAD_FRAME', 'limit'],
    [{ snapshot: { orderBy: 'age' } }, 'BAD_FRAME', 'orderBy'],
    [{ snapshot: { orderBy: [{ field: 'a..b' }] } }, 'INVALID_FIELDS', 'orderBy[0].field'],
    [{ snapshot: { orderBy: [{ field: '' }] } }, 'INVALID_FIELDS', 'orderBy[0].field'],
    [{ snapshot: { orderBy: [{ field: 'a'.repeat(257) }] } }, 'INVALID_FIELDS', 'orderBy[0].field'],
    [{ snapshot: { orderBy: [{ field: 'tags[0]' }] } }, 'INVALID_FIELDS', 'orderBy[0].field'],
    [{ fields: ['tags.*'] }, 'INVALID_FIELDS', 'fields[0]'],
    [{ filter: { 'tags[0]': 'x' } }, 'INVALID_FILTER', 'filter.tags[0]'],
  ])('are refused for %j: %s, naming %s', async (request, code, field) => {
    const reply = await ask(await service.connect(), { topic: 'people', ...request });
    expect(reply).toMatchObject({ type: 'error', code, message: expect.stringContaining(field) });
  });

  it('come instead of a replay from the cursor of another database, and not to a stream that is live', async () => {
    const [first, second] = [await service.connect(), await service.connect()];
    const { cursor, epoch } = (await subscribe(first, { topic: 'people' })).subscribed;
    const since = (cursor.startsWith('a') ? 'b' : 'a') + cursor.slice(1);
    const stream = await subscribe(second, { topic: 'people', since, snapshot: true });
    expect(stream.subscribed.recovered).toBe(false);
    expect(await stream.snapshot()).toHaveLength(4);
    const live = await subscribe(second, { topic: 'people', since: cursor, epoch, snapshot: true });
    expect(live.subscribed.recovered).toBe(true);
    await allTold(service, second);
    expect(live.frames).toEqual([]);
  });

  it('have the shape of events where fields are computed', async () => {
    await service.writer.query(
      'DEFINE TABLE shapes; DEFINE FIELD double ON shapes COMPUTED n * 2; CREATE shapes:1 SET n = 1',
    );
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'shapes', snapshot: true });
    const [row] = await stream.snapshot();
    await service.writer.query('UPDATE shapes:1 SET n = 2');
    const { data } = await stream.next();
    expect(Object.keys(data).sort()).toEqual(Object.keys(row ?? {}).sort());
    for (const shown of [row, data])
      if (shown && 'double' in shown) expect(shown['double']).toBe(2 * Number(shown['n']));
  });

  it('go only to who asked', async () => {
    const [asks, listens] = [await service.connect('user-1'), await service.connect('user-2')];
    const live = await subscribe(listens, { topic: 'people' });
    const stream = await subscribe(asks, { topic: 'people', snapshot: true });
    await stream.snapshot();
    await allTold(service, listens);
    expect(live.name).toBe(stream.name);
    expect(live.frames.filter(({ type }) => type === 'snapshot')).toEqual([]);
  });

  it('join what follows without a hole or a repeat, while others write', async () => {
    const writing = writeHistories('joined');
    const streams: TestStream[] = [];
    for (let n = 0; n < 8; n += 1) {
      const filter = n % 2 === 0 ? {} : { even: true };
      const stream = await subscribe(await service.connect(), { topic: 'joined', filter, snapshot: true });
      await stream.snapshot();
      streams.push(stream);
    }
    await writing;
    await allTold(service, ...streams.map(({ client }) => client));
    for (const [n, stream] of streams.entries()) {
      expect(replayed(stream, 0)).toEqual(await stored('joined', n % 2 === 0));
    }
    expect(streams.some(({ events }) => events.length > 0)).toBe(true);
  }, 30_000);

  it('are placed anew into a stream that is live, while others write', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'again' });
    const writing = writeHistories('again');
    for (let n = 0; n < 5; n += 1) {
      const same = await subscribe(client, { topic: 'again', snapshot: true });
      expect(same.name).toBe(stream.name);
      await same.snapshot();
    }
    await writing;
    await allTold(service, client);
    const places = stream.frames.flatMap(({ type }, at) => (type === 'snapshot' ? [at] : []));
    expect(places).toHaveLength(5);
    for (const place of places) expect(replayed(stream, place)).toEqual(await stored('again', true));
    expect(replayed({ frames: stream.events }, 0)).toEqual(await stored('again', true));
  }, 30_000);

  async function fill(table: string, rows: number): Promise<void> {
    for (let from = 0; from < rows; from += 1_000) {
      const size = Math.min(1_000, rows - from);
      const values = Array.from({ length: size }, (_, n) => ({ id: from + n, n: from + n, text: 'x'.repeat(200) }));
      await service.writer.query(`INSERT INTO ${table} $values RETURN NONE`, { values });
    }
  }

  /** Four writers, each of records of its own, which are created, counted up, and sometimes deleted. */
  async function writeHistories(table: string): Promise<void> {
    const writers = await Promise.all([0, 1, 2, 3].map(() => service.database.connect()));
    await Promise.all(
      writers.map(async (writer, w) => {
        for (let step = 0; step < 200; step += 1) {
          const id = `${table}:r${w}_${step % 5}`;
          const n = Math.floor(step / 5);
          if (n % 8 === 7) await writer.query(`DELETE ${id} RETURN NONE`);
          else await writer.query(`UPSERT ${id} SET n = $n, even = $even RETURN NONE`, { n, even: n % 2 === 0 });
        }
      }),
    );
  }

  async function stored(table: string, all: boolean): Promise<Record<string, number>> {
    const [rows] = await service.writer.query<[{ id: { toString(): string }; n: number; even: boolean }[]]>(
      `SELECT * FROM ${table}`,
    );
    return Object.fromEntries(rows.filter(({ even }) => all || even).map(({ id, n }) => [id.toString(), n]));
  }
});

/** What a client knows of each record that takes the snapshot at a place and the events behind it, each of which has to fit. */
function replayed({ frames }: Pick<TestStream, 'frames'>, place: number): Record<string, unknown> {
  const rows = new Map<string, unknown>();
  const first = frames[place];
  if (first?.type === 'snapshot') for (const { id, n } of first.data) rows.set(id, n);
  for (const frame of frames.slice(place)) {
    if (frame.type !== 'event') continue;
    const { action, transition, data } = frame;
    const known = rows.get(data.id);
    const comes = action === 'CREATE' || transition === 'enter';
    if (comes !== (known === undefined)) throw new Error(`${JSON.stringify(frame)} does not follow ${String(known)}`);
    if (action === 'DELETE' || transition === 'leave') rows.delete(data.id);
    else if (!comes && data['n'] !== Number(known) + 1)
      throw new Error(`A hole or a repeat: ${String(known)}, then ${JSON.stringify(frame)}`);
    else rows.set(data.id, data['n']);
  }
  return Object.fromEntries(rows);
}
