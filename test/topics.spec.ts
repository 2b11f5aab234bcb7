import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startService, type Service } from './support/service.js';
import { allTold, ask, subscribe, TestStream } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

describe('topics', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ LIMIT_SUBSCRIPTIONS: '8', LIMIT_COMMANDS_BURST: '1000' });
  }, 60_000);
  afterAll(() => service.stop());

  it('serves the first example word for word', async () => {
    const client = await service.connect();
    client.send({ type: 'subscribe', topic: 'messages', filter: { room: 'general' } });
    const subscribed = await client.next('subscribed');
    expect(subscribed).toEqual({
      type: 'subscribed',
      topic: 'messages',
      stream: expect.any(String),
      cursor: expect.any(String),
      epoch: expect.any(String),
      durable: true,
    });
    const before = Date.now();
    await service.writer.query("CREATE messages:other SET room = 'other', text = 'No'");
    await service.writer.query("CREATE messages:msg1 SET room = 'general', text = 'Hello'");
    const event = await client.next('event');
    expect(event).toEqual({
      type: 'event',
      topic: 'messages',
      stream: subscribed.stream,
      action: 'CREATE',
      data: { id: 'messages:msg1', room: 'general', text: 'Hello' },
      cursor: expect.any(String),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(event.cursor.length).toBeLessThanOrEqual(64);
    expect(Math.abs(Date.parse(event.time) - before)).toBeLessThan(5_000);

    client.send({ type: 'unsubscribe', topic: 'messages' });
    expect(await client.next('unsubscribed')).toEqual({
      type: 'unsubscribed',
      topic: 'messages',
      stream: subscribed.stream,
    });
    await service.writer.query("CREATE messages:msg2 SET room = 'general', text = 'Gone'");
    await allTold(service, client);
    expect(client.frames.filter((frame) => frame.type === 'event' && frame.topic === 'messages')).toHaveLength(1);
  });

  it('tells what was created, updated and deleted, each with a cursor of its own', async () => {
    const stream = await subscribe(await service.connect(), { topic: 'tasks' });
    await service.writer.query("CREATE tasks:1 SET title = 'Sow', done = false");
    await service.writer.query('UPDATE tasks:1 SET done = true');
    await service.writer.query('DELETE tasks:1');
    const [created, updated, deleted] = await stream.take(3);
    expect(created).toMatchObject({ action: 'CREATE', data: { id: 'tasks:1', title: 'Sow', done: false } });
    expect(updated).toMatchObject({ action: 'UPDATE', data: { id: 'tasks:1', title: 'Sow', done: true } });
    expect(deleted).toMatchObject({ action: 'DELETE', data: { id: 'tasks:1' } });
    const cursors = [stream.subscribed, created, updated, deleted].map((frame) => frame?.cursor);
    expect(new Set(cursors).size).toBe(4);
    for (const event of stream.events) expect(event).not.toHaveProperty('transition');
  });

  it('delivers the changes of one record in the order of their commits, whichever way they were written', async () => {
    const stream = await subscribe(await service.connect(), { topic: 'steps' });
    const expected: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      if (n % 3 === 0) await service.writer.query('UPSERT steps:one SET n = $n', { n });
      else if (n % 3 === 1) await service.writer.query('BEGIN; UPDATE steps:one SET n = $n; COMMIT;', { n });
      else {
        const transaction = await service.writer.beginTransaction();
        await transaction.query('UPDATE steps:one SET n = $n', { n });
        await transaction.commit();
      }
      expected.push(`${n === 0 ? 'CREATE' : 'UPDATE'} ${n}`);
    }
    const events = await stream.take(20);
    expect(events.map(({ action, data }) => `${action} ${String(data['n'])}`)).toEqual(expected);
  });

  it('delivers every statement of a transaction, in order, and nothing of a cancelled one', async () => {
    const stream = await subscribe(await service.connect(), { topic: 'bundle' });
    await service.writer.query('BEGIN; CREATE bundle:1; UPDATE bundle:1 SET n = 1; CREATE bundle:2; COMMIT;');
    await service.writer.query('BEGIN; CREATE bundle:3; THROW "no"; COMMIT;').catch(() => undefined);
    await service.writer.query('DELETE bundle:1');
    await stream.take(4);
    expect(stream.told).toEqual(['CREATE bundle:1', 'UPDATE bundle:1', 'CREATE bundle:2', 'DELETE bundle:1']);
  });

  it('tells of relations, also of a table that was defined for the subscription', async () => {
    const stream = await subscribe(await service.connect(), { topic: 'likes', filter: { in: 'person:1' } });
    await service.writer.query('CREATE person:1; CREATE person:2; RELATE person:2->likes:0->person:1');
    await service.writer.query('RELATE person:1->likes:1->person:2 SET n = 1; DELETE likes:1');
    const [created, deleted] = await stream.take(2);
    expect(created?.data).toEqual({ id: 'likes:1', in: 'person:1', out: 'person:2', n: 1 });
    expect(deleted).toMatchObject({ action: 'DELETE', data: { id: 'likes:1' } });
  });

  it.each([
    [['CREATE'], ['CREATE picked:1']],
    [
      ['UPDATE', 'DELETE'],
      ['UPDATE picked:1', 'DELETE picked:1'],
    ],
    [
      ['DELETE', 'CREATE', 'UPDATE'],
      ['CREATE picked:1', 'UPDATE picked:1', 'DELETE picked:1'],
    ],
  ])('tells only %j when only these are asked for', async (events, told) => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'picked', events });
    await service.writer.query('CREATE picked:1');
    await service.writer.query('UPDATE picked:1 SET n = 1');
    await service.writer.query('DELETE picked:1');
    await allTold(service, client);
    expect(stream.told).toEqual(told);
  });

  it.each([[[]], [['INSERT']], ['CREATE']])('refuses %j as events, naming the field', async (events) => {
    const reply = await ask(await service.connect(), { topic: 'picked', events: events as string[] });
    expect(reply).toMatchObject({ type: 'error', code: 'BAD_FRAME', message: expect.stringContaining('events') });
  });

  it('delivers nothing of a stream before its subscribed, while others write', async () => {
    const client = await service.connect();
    let writing = true;
    const writes = (async () => {
      while (writing) await service.writer.query('CREATE busy RETURN NONE');
    })();
    for (const filter of [undefined, { n: { exists: false } }, { n: { ne: 1 } }]) {
      const stream = await subscribe(client, { topic: 'busy', ...(filter && { filter }) });
      await stream.next();
      const first = client.frames.findIndex((frame) => 'stream' in frame && frame.stream === stream.name);
      expect(client.frames[first]?.type).toBe('subscribed');
    }
    writing = false;
    await writes;
  });

  it('delivers nothing that was written before the subscription', async () => {
    for (let n = 1; n < 20; n += 1) {
      const client = await service.connect();
      await service.writer.query('CREATE earlier SET n = $n RETURN NONE', { n });
      const stream = await subscribe(client, { topic: 'earlier' });
      await service.writer.query('CREATE earlier SET n = $n RETURN NONE', { n: -n });
      expect((await stream.next()).data['n']).toBe(-n);
      await client.close();
    }
  });

  it('answers what is not subscribed NOT_SUBSCRIBED', async () => {
    const client = await service.connect();
    await subscribe(client, { topic: 'tasks' });
    for (const [id, what] of [{ topic: 'messages' }, { stream: 'topic-0' }, { channel: 'tasks' }].entries()) {
      expect(await client.request({ type: 'unsubscribe', id: `${id}`, ...what })).toEqual({
        type: 'error',
        id: `${id}`,
        code: 'NOT_SUBSCRIBED',
        message: expect.any(String),
        retryable: false,
      });
    }
  });

  it('answers one subscription too many LIMIT_EXCEEDED, and not the repetition of one', async () => {
    const client = await service.connect();
    const filters = Array.from({ length: 8 }, (_, n) => ({ n }));
    for (const filter of filters) await subscribe(client, { topic: 'tasks', filter });
    expect(await ask(client, { topic: 'tasks' })).toMatchObject({ code: 'LIMIT_EXCEEDED', retryable: false });
    expect(await ask(client, { topic: 'tasks', filter: { n: 3 } })).toMatchObject({ type: 'subscribed' });
    await client.request({ type: 'unsubscribe', id: 'all', topic: 'tasks' });
    expect(await ask(client, { topic: 'tasks' })).toMatchObject({ type: 'subscribed' });
  });

  it('ends the streams of a table that is removed, and serves it when it is there again', async () => {
    const client = await service.connect();
    const streams: TestStream[] = [];
    for (const filter of [{}, { n: 1 }]) streams.push(await subscribe(client, { topic: 'passing', filter }));
    await service.writer.query('REMOVE TABLE passing');
    for (const stream of streams) {
      expect(await stream.frame('unsubscribed')).toEqual({
        type: 'unsubscribed',
        stream: stream.name,
        topic: 'passing',
        code: 'UNKNOWN_TOPIC',
        message: expect.any(String),
      });
    }
    const again = await subscribe(client, { topic: 'passing' });
    expect(again.subscribed.durable).toBe(true);
    await service.writer.query('CREATE passing:1');
    await again.next();
    expect(again.told).toEqual(['CREATE passing:1']);
  });

  it('goes on when a table was removed and defined again at once', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'swapped' });
    await service.writer.query('CREATE swapped:old');
    await stream.next();
    await service.writer.query('REMOVE TABLE IF EXISTS swapped; DEFINE TABLE swapped CHANGEFEED 3d INCLUDE ORIGINAL');
    await stream.frame('resync');
    await service.writer.query('CREATE swapped:new');
    await client.until(() => stream.told.includes('CREATE swapped:new'), 4_000);
  });
});

describe('unknown topics', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ SURREAL_MANAGE_CHANGEFEEDS: 'off' });
  }, 60_000);
  afterAll(() => service.stop());

  it('are answered UNKNOWN_TOPIC where the service does not manage changefeeds', async () => {
    const reply = await ask(await service.connect(), { topic: 'nowhere' });
    expect(reply).toMatchObject({ type: 'error', code: 'UNKNOWN_TOPIC', retryable: false });
    expect(reply).toMatchObject({ message: expect.stringContaining('topic') });
  });

  it('are known as soon as another client has defined them', async () => {
    const client = await service.connect();
    for (const name of ['fresh_1', 'fresh_2', 'fresh_3']) {
      expect(await ask(client, { topic: name })).toMatchObject({ code: 'UNKNOWN_TOPIC' });
      await service.writer.query(`DEFINE TABLE ${name} CHANGEFEED 1h INCLUDE ORIGINAL`);
      const stream = await subscribe(client, { topic: name });
      expect(stream.subscribed.durable).toBe(true);
      await service.writer.query(`CREATE ${name}:1`);
      await stream.next();
    }
  });
});
