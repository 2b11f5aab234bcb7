import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

/** Longest wait for what is seen when the table definitions are looked at, once a second. */
const NOTICED_MS = 5_000;

describe('tables without a full changefeed', () => {
  let database: TestDatabase;
  let service: Service;
  beforeAll(async () => {
    database = sharedDatabase();
    const connection = await database.connect();
    await connection.query(
      'DEFINE TABLE plain; DEFINE TABLE half CHANGEFEED 1h; DEFINE TABLE whole CHANGEFEED 1h INCLUDE ORIGINAL',
    );
    service = await startService({ SURREAL_MANAGE_CHANGEFEEDS: 'off' }, database);
  }, 60_000);
  afterAll(() => service.stop());

  it('are named at the start, with the statement that helps', () => {
    const advice = service.gateway.output.split('\n').find((line) => line.includes('not durable'));
    expect(advice).toContain('ALTER TABLE');
    expect(advice).toContain('CHANGEFEED 3d INCLUDE ORIGINAL');
    for (const name of ['plain', 'half']) expect(advice).toContain(name);
    expect(advice).not.toContain('whole');
  });

  it.each(['plain', 'half'])('are followed by live queries, each change once, and say so: %s', async (topic) => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic });
    const filtered = await subscribe(client, { topic, filter: { n: { gt: 1 } } });
    expect([stream.subscribed.durable, filtered.subscribed.durable]).toEqual([false, false]);
    // One after the other: live queries tell nothing of the order.
    for (const [write, action] of [
      [`CREATE ${topic}:1 SET n = 1`, 'CREATE'],
      [`UPDATE ${topic}:1 SET n = 2`, 'UPDATE'],
      [`UPDATE ${topic}:1 SET n = 3`, 'UPDATE'],
      [`UPDATE ${topic}:1 SET n = 0`, 'UPDATE'],
      [`DELETE ${topic}:1`, 'DELETE'],
    ] as const) {
      await service.writer.query(write);
      expect(await stream.next()).toMatchObject({ action, topic, data: { id: `${topic}:1` } });
    }
    expect(filtered.told).toEqual([`UPDATE ${topic}:1 enter`, `UPDATE ${topic}:1`, `UPDATE ${topic}:1 leave`]);
    const cursors = stream.events.map(({ cursor }) => cursor);
    expect(new Set(cursors).size).toBe(5);
    for (const cursor of cursors) expect(cursor.length).toBeLessThanOrEqual(64);
    expect(stream.frames.filter(({ type }) => type !== 'event')).toEqual([]);
  });

  it.each([
    ['plain', process.env.SURREAL_BIN ? undefined : false],
    ['whole', undefined],
  ])('say whether it is known that live queries don’t tell all: %s', async (topic, complete) => {
    const stream = await subscribe(await service.connect(), { topic });
    expect(stream.subscribed.complete).toBe(complete);
  });

  it('have snapshots', async () => {
    await service.writer.query('DEFINE TABLE shown; CREATE shown:1 SET n = 1');
    const stream = await subscribe(await service.connect(), { topic: 'shown', snapshot: true });
    expect(await stream.snapshot()).toEqual([{ id: 'shown:1', n: 1 }]);
    await service.writer.query('UPDATE shown:1 SET n = 2');
    expect(await stream.next()).toMatchObject({ action: 'UPDATE', data: { n: 2 } });
  });

  it('become durable when a changefeed is added, after a resync', async () => {
    await service.writer.query('DEFINE TABLE grows');
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'grows' });
    await service.writer.query('CREATE grows:1');
    await stream.next();
    await service.writer.query('ALTER TABLE grows CHANGEFEED 1h INCLUDE ORIGINAL');
    expect(await stream.frame('resync')).toEqual({ type: 'resync', stream: stream.name, reason: 'feed_changed' });
    expect((await subscribe(client, { topic: 'grows' })).subscribed.durable).toBe(true);
    await service.writer.query('CREATE grows:2');
    await client.until(() => stream.told.includes('CREATE grows:2'), NOTICED_MS);
    await service.writer.query('DELETE grows:2');
    await client.until(() => stream.told.includes('DELETE grows:2'), NOTICED_MS);
    expect(stream.told.filter((told) => told === 'CREATE grows:2')).toHaveLength(1);
  });

  it('are what is left when a changefeed is dropped, after a resync', async () => {
    await service.writer.query('DEFINE TABLE shrinks CHANGEFEED 1h INCLUDE ORIGINAL');
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'shrinks' });
    expect(stream.subscribed.durable).toBe(true);
    await service.writer.query('CREATE shrinks:1');
    await stream.next();
    await service.writer.query('ALTER TABLE shrinks DROP CHANGEFEED');
    await stream.frame('resync');
    expect((await subscribe(client, { topic: 'shrinks' })).subscribed.durable).toBe(false);
    await service.writer.query('UPDATE shrinks:1 SET n = 1');
    expect(await stream.next()).toMatchObject({ action: 'UPDATE', data: { n: 1 } });
  });

  it('end their streams when they are removed', async () => {
    await service.writer.query('DEFINE TABLE removed');
    const stream = await subscribe(await service.connect(), { topic: 'removed' });
    await service.writer.query('REMOVE TABLE removed');
    expect(await stream.frame('unsubscribed')).toMatchObject({ code: 'UNKNOWN_TOPIC', topic: 'removed' });
  });
});

describe('where the service manages changefeeds', () => {
  let service: Service;
  beforeAll(async () => {
    const database = sharedDatabase();
    await (await database.connect()).query('DEFINE TABLE waiting');
    service = await startService({}, database);
  }, 60_000);
  afterAll(() => service.stop());

  it('no advice is given at the start', () => {
    expect(service.gateway.output).not.toContain('not durable');
  });

  it.each([
    ['without one', ''],
    ['with half of one', 'CHANGEFEED 1h'],
  ])('a table %s gets one when it is subscribed to', async (_, clause) => {
    const topic = `given_${clause.length}`;
    await service.writer.query(`DEFINE TABLE ${topic} ${clause}; CREATE ${topic}:old`);
    const client = await service.connect();
    const stream = await subscribe(client, { topic, snapshot: true });
    expect(stream.subscribed.durable).toBe(true);
    expect(await stream.snapshot()).toEqual([{ id: `${topic}:old` }]);
    await service.writer.query(`DELETE ${topic}:old`);
    expect(await stream.next()).toMatchObject({ action: 'DELETE', data: { id: `${topic}:old` } });
  });

  it.each<[string, (topic: string) => string]>([
    ['dropped', (topic) => `ALTER TABLE ${topic} DROP CHANGEFEED`],
    ['defined away', (topic) => `DEFINE TABLE OVERWRITE ${topic}`],
    ['removed with its table, which is there again', (topic) => `REMOVE TABLE ${topic}; DEFINE TABLE ${topic}`],
  ])('a changefeed that is %s comes back by itself, with one resync', async (kind, statement) => {
    const topic = `stubborn_${kind.length}`;
    const client = await service.connect();
    const stream = await subscribe(client, { topic });
    await service.writer.query(statement(topic));
    expect(await stream.frame('resync')).toMatchObject({ reason: 'feed_changed' });
    const again = await subscribe(client, { topic });
    expect([again.name, again.subscribed.durable]).toEqual([stream.name, true]);
    await service.writer.query(`CREATE ${topic}:1`);
    await service.writer.query(`DELETE ${topic}:1`);
    await again.take(2);
    expect(stream.frames.map(({ type }) => type)).toEqual(['resync', 'subscribed', 'event', 'event']);
  });
});
