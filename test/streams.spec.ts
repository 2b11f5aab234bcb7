import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TestClient } from './support/client.js';
import { startService, type Service } from './support/service.js';
import { allTold, subscribe, type SubscribeCommand, type TestStream } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

describe('streams', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  }, 60_000);
  afterAll(() => service.stop());

  it.each<[string, Omit<SubscribeCommand, 'topic'>, Omit<SubscribeCommand, 'topic'>]>([
    [
      'keys of the filter in another order',
      { filter: { a: 1, 'b.c': { gt: 0, lt: 5 } } },
      { filter: { 'b.c': { lt: 5, gt: 0 }, a: 1 } },
    ],
    ['equality said in two ways', { filter: { a: 1 } }, { filter: { a: { eq: 1 } } }],
    ['an empty filter and none', { filter: {} }, {}],
    ['fields in another order', { fields: ['a', 'b.c'] }, { fields: ['b.c', 'id', 'a', 'a'] }],
    ['all events and none named', { events: ['UPDATE', 'DELETE', 'CREATE'] }, {}],
    ['a snapshot for one of them', { snapshot: true, filter: { a: 1 } }, { filter: { a: 1 } }],
  ])('are shared, byte for byte, by equal subscriptions: %s', async (_, one, other) => {
    const [first, second] = [await service.connect('user-1'), await service.connect('user-2')];
    const texts = [eventTexts(first), eventTexts(second)];
    const streams = [
      await subscribe(first, { topic: 'shared', ...one }),
      await subscribe(second, { topic: 'shared', ...other }),
    ];
    expect(streams[0]?.name).toBe(streams[1]?.name);
    if (one.snapshot) await streams[0]?.snapshot();
    await service.writer.query("CREATE shared SET a = 1, b = { c: 2 }, text = 'x'");
    await service.writer.query('UPDATE shared SET a = a, b.c += 1');
    await service.writer.query('DELETE shared');
    await allTold(service, first, second);
    expect(streams[0]?.events.length).toBeGreaterThan(0);
    expect(withoutMarks(texts[0])).toEqual(withoutMarks(texts[1]));
  });

  it.each<[string, Omit<SubscribeCommand, 'topic'>]>([
    ['filter', { filter: { a: 1 } }],
    ['value of another type', { filter: { a: '1' } }],
    ['fields', { fields: ['a'] }],
    ['events', { events: ['CREATE'] }],
  ])('differ by %s', async (_, other) => {
    const client = await service.connect();
    const streams = [
      await subscribe(client, { topic: 'shared' }),
      await subscribe(client, { topic: 'shared', ...other }),
    ];
    expect(streams[0]?.name).not.toBe(streams[1]?.name);
  });

  it('tell the same subscription of one connection once, and one unsubscribe ends it', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'twice', filter: { a: 1 } });
    const same = await subscribe(client, { topic: 'twice', filter: { a: { eq: 1 } } });
    expect(same.name).toBe(stream.name);
    await service.writer.query('CREATE twice:1 SET a = 1');
    await allTold(service, client);
    expect(stream.told).toEqual(['CREATE twice:1']);

    await client.request({ type: 'unsubscribe', id: 'end', stream: stream.name });
    await service.writer.query('CREATE twice:2 SET a = 1');
    await allTold(service, client);
    expect(stream.told).toEqual(['CREATE twice:1']);
    expect(await client.request({ type: 'unsubscribe', id: 'again', stream: stream.name })).toMatchObject({
      code: 'NOT_SUBSCRIBED',
    });
  });

  it('end by topic, each with an answer of its own that has the id of the command', async () => {
    const client = await service.connect();
    const streams = await several(client);
    const other = await subscribe(client, { topic: 'another' });
    client.send({ type: 'unsubscribe', id: 'u', topic: 'ending' });
    client.send({ type: 'ping', id: 'p' });
    await client.reply('p');
    const ended = client.frames.filter((frame) => frame.type === 'unsubscribed');
    expect(ended).toHaveLength(3);
    for (const { name } of streams) {
      expect(ended).toContainEqual({ type: 'unsubscribed', id: 'u', topic: 'ending', stream: name });
    }
    await service.writer.query('CREATE ending:1 SET a = 1; CREATE another:1');
    await other.next();
    expect(streams.flatMap(({ events }) => events)).toEqual([]);
  });

  it('end by stream, and the others of the topic go on', async () => {
    const client = await service.connect();
    const [ended, ...others] = await several(client);
    const answer = await client.request({ type: 'unsubscribe', id: 'u', stream: ended?.name });
    expect(answer).toEqual({ type: 'unsubscribed', id: 'u', topic: 'ending', stream: ended?.name });
    await service.writer.query('CREATE ending SET a = 1');
    for (const stream of others) await stream.next();
    expect(ended?.events).toEqual([]);
  });

  it('go on for others when one ends it or leaves', async () => {
    const [leaving, ending, staying] = [await service.connect(), await service.connect(), await service.connect()];
    const streams: TestStream[] = [];
    for (const client of [leaving, ending, staying]) streams.push(await subscribe(client, { topic: 'kept' }));
    await leaving.close();
    await ending.request({ type: 'unsubscribe', id: 'u', topic: 'kept' });
    await service.writer.query('CREATE kept:1');
    await allTold(service, staying, ending);
    expect(streams.map(({ told }) => told)).toEqual([[], [], ['CREATE kept:1']]);
  });

  it('begin anew after the last has ended it', async () => {
    const client = await service.connect();
    for (let n = 0; n < 5; n += 1) {
      const stream = await subscribe(client, { topic: 'revived' });
      await service.writer.query('CREATE revived RETURN NONE');
      await stream.next();
      expect(stream.events).toHaveLength(1);
      await client.request({ type: 'unsubscribe', id: `${n}`, topic: 'revived' });
    }
  });

  it('deliver to all subscribers in one order', async () => {
    const clients = await Promise.all(['user-1', 'user-2', 'user-3'].map((name) => service.connect(name)));
    const streams = await Promise.all(clients.map((client) => subscribe(client, { topic: 'ordered' })));
    const writers = await Promise.all([1, 2, 3, 4].map(() => service.database.connect()));
    await Promise.all(
      writers.map(async (writer) => {
        for (let n = 0; n < 25; n += 1) await writer.query('CREATE ordered RETURN NONE');
      }),
    );
    const orders = await Promise.all(streams.map((stream) => stream.take(100)));
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[2]).toEqual(orders[0]);
  });

  function several(client: TestClient): Promise<TestStream[]> {
    const filters = [{}, { a: 1 }, { a: { gte: 1 } }];
    return Promise.all(filters.map((filter) => subscribe(client, { topic: 'ending', filter })));
  }
});

/** The text of each event that comes from now on. */
function eventTexts(client: TestClient): readonly string[] {
  const texts: string[] = [];
  client.socket.on('message', (data: Buffer) => {
    if (data.includes('"type":"event"')) texts.push(data.toString());
  });
  return texts;
}

function withoutMarks(texts: readonly string[] | undefined): readonly string[] | undefined {
  return texts?.filter((text) => !text.includes('"topic":"marks"'));
}
