import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { AccountClients } from './support/account-clients.js';
import { AskingProxy } from './support/asking-proxy.js';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { metric } from './support/health.js';
import { databaseEnv } from './support/service.js';
import { ask, subscribe, type TestStream } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(60_000);

/** In every value that a client must never see, in any frame. */
const SECRET = 'for-other-eyes';
/** Begins what the database is asked about rows, and reads the changefeed. */
const [ABOUT_ROWS, CHANGES] = ['SELECT VALUE [!!(', 'SHOW CHANGES'];

const FEED = 'CHANGEFEED 1h INCLUDE ORIGINAL';
const SCHEMA = `
  DEFINE TABLE user ${FEED}; DEFINE TABLE room TYPE NORMAL ${FEED}; DEFINE TABLE end ${FEED} PERMISSIONS FULL;
  DEFINE FIELD members ON room TYPE array<record<user>>; DEFINE TABLE member TYPE RELATION IN user OUT room ${FEED};
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 1h;
  DEFINE TABLE note ${FEED} PERMISSIONS FOR select WHERE room IN $auth->member->room;
  DEFINE TABLE report ${FEED} PERMISSIONS FOR select WHERE $auth.role = 'admin';
  DEFINE TABLE message ${FEED} PERMISSIONS FOR select WHERE room.members CONTAINS $auth.id;
  DEFINE FIELD room ON message TYPE option<record<room>>;
  DEFINE TABLE either ${FEED} PERMISSIONS FOR select WHERE $auth.role = 'admin' OR room.members CONTAINS $auth.id;
  DEFINE FIELD room ON either TYPE option<record<room>>;
  CREATE user:ann SET name = 'ann'; CREATE user:bob SET name = 'bob', role = 'admin'; CREATE user:cem SET name = 'cem';
  CREATE room:a SET members = [user:ann]; CREATE room:b SET members = [];`;

describe('rights while the database is slow to answer', () => {
  let database: TestDatabase;
  let root: Surreal;
  let proxy: AskingProxy;
  let gateway: Gateway;
  const clients = new AccountClients();
  beforeAll(async () => {
    database = sharedDatabase();
    root = await database.connect();
    await root.query(SCHEMA);
    proxy = await AskingProxy.start(database.url);
  }, 60_000);
  afterEach(async () => {
    proxy.release();
    await clients.close();
    await gateway.stop();
  });
  afterAll(() => proxy.stop());
  afterAll(() => database.stop());

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const ways = { SURREAL_URL: proxy.url, SURREAL_TIMEOUT_MS: '60000', RIGHTS_WAIT_MS: '60000' };
    gateway = await startGateway({ ...databaseEnv(database), JWT_SECRET: '', RIGHTS: 'surrealdb', ...ways, ...env });
  }

  const connect = (name: string) => clients.connect(database, gateway.url, name);

  it.each([
    ['note', 'RELATE user:cem->member->room:b'],
    ['report', "UPDATE user:cem SET role = 'admin'"],
  ])('show nothing of a row of %s as it was before the right to it: %s', async (topic, grant) => {
    await start();
    const cem = await connect('cem');
    await proxy.hold(CHANGES);
    await root.query(
      `CREATE ${topic}:1 SET room = room:b, text = '${SECRET}'; UPDATE ${topic}:1 SET text = 'now'; ${grant}`,
    );
    // The right is there, and the changefeed wasn't read yet: it would tell what was before.
    expect(await ask(cem, { topic })).toMatchObject({ code: 'UNAVAILABLE' });
    proxy.release();
    const stream = await subscribe(cem, { topic, snapshot: true });
    expect(await stream.snapshot()).toMatchObject([{ id: `${topic}:1`, text: 'now' }]);
    await root.query(`UPDATE ${topic}:1 SET text = 'then'`);
    await stream.take(1);
    expect(stream.told).toEqual([`UPDATE ${topic}:1`]);
    expect(JSON.stringify(cem.frames)).not.toContain(SECRET);
  });

  it('have the changes of one table wait, in their order, and those of others go on', async () => {
    await start();
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    const waiting = await subscribe(ann, { topic: 'message' });
    const others = [
      await subscribe(ann, { topic: 'end' }),
      await subscribe(bob, { topic: 'end' }),
      // The same table, by a permission that needs no row: bob is an admin.
      await subscribe(bob, { topic: 'either' }),
    ];
    const behind = await subscribe(ann, { topic: 'either' });
    const asked = proxy.hold(ABOUT_ROWS);
    await root.query(
      'CREATE message:1 SET room = room:a; CREATE message:2 SET room = room:b; CREATE either:1 SET room = room:a',
    );
    await asked;
    await root.query(
      'CREATE message:3 SET room = room:a; CREATE end:1; CREATE either:2 SET room = room:b; CREATE end:2',
    );
    for (const stream of others) await stream.take(2);
    expect(others.map(({ told }) => told)).toEqual([
      ['CREATE end:1', 'CREATE end:2'],
      ['CREATE end:1', 'CREATE end:2'],
      ['CREATE either:1', 'CREATE either:2'],
    ]);
    expect([...waiting.told, ...behind.told]).toEqual([]);
    expect(await metric(gateway, 'edge_hive_rights_waiting')).toBe(5);
    proxy.release();
    await waiting.take(2);
    await behind.take(1);
    expect([waiting.told, behind.told]).toEqual([['CREATE message:1', 'CREATE message:3'], ['CREATE either:1']]);
    for (const topic of ['message', 'either']) {
      expect(await metric(gateway, `edge_hive_rights_answers_total{topic="${topic}"}`)).toBeGreaterThan(0);
    }
  });

  it.each([
    ['3 changes', { LIMIT_RIGHTS_WAITING_CHANGES: '3' }, 3, 'short'],
    ['as many bytes as 2 changes have', { LIMIT_RIGHTS_WAITING_BYTES: '250000' }, 2, 'x'.repeat(50_000)],
  ])('let %s wait for an answer: with one more the stream is told to read again', async (_, env, most, text) => {
    await start(env);
    const { stream, rest } = await subscribed();
    const asked = proxy.hold(ABOUT_ROWS);
    for (let n = 1; n <= most; n += 1) await root.query('CREATE message SET room = room:a, text = $text', { text });
    await asked;
    await root.query('CREATE end');
    await rest.take(1);
    expect(stream.frames).toEqual([]);
    await root.query('CREATE message SET room = room:a, text = $text', { text });
    await toldToReadAgain(stream);
    proxy.release();
    await root.query('CREATE message:after SET room = room:a');
    await stream.take(1);
    expect(stream.told).toEqual(['CREATE message:after']);
    await root.query('DELETE message:after');
  });

  it('let a change wait for as long as one may: then the stream is told to read again', async () => {
    await start({ RIGHTS_WAIT_MS: '100' });
    const { stream } = await subscribed();
    void proxy.hold(ABOUT_ROWS);
    await root.query('CREATE message SET room = room:a');
    await toldToReadAgain(stream);
  });

  async function subscribed(): Promise<{ readonly stream: TestStream; readonly rest: TestStream }> {
    const ann = await connect('ann');
    return { stream: await subscribe(ann, { topic: 'message' }), rest: await subscribe(ann, { topic: 'end' }) };
  }

  /** It is, and nothing waits any more. */
  async function toldToReadAgain(stream: TestStream): Promise<void> {
    expect(await stream.frame('resync')).toMatchObject({ reason: 'unknown_state' });
    expect(await metric(gateway, 'edge_hive_rights_given_up_total')).toBe(1);
    expect(await metric(gateway, 'edge_hive_rights_waiting')).toBe(0);
    expect(await metric(gateway, 'edge_hive_rights_waiting_bytes')).toBe(0);
  }
});
