import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { AccountClients } from './support/account-clients.js';
import type { TestClient } from './support/client.js';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { databaseEnv } from './support/service.js';
import { ask, subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(60_000);

/** In every value that a client must never see, in any frame. */
const SECRET = 'for-other-eyes';

const FEED = 'CHANGEFEED 1h INCLUDE ORIGINAL';
const SCHEMA = `
  DEFINE TABLE user ${FEED}; DEFINE TABLE org ${FEED}; DEFINE TABLE seat ${FEED} PERMISSIONS FOR select FULL;
  DEFINE TABLE room TYPE NORMAL ${FEED} PERMISSIONS FOR select FULL; DEFINE TABLE end ${FEED} PERMISSIONS FULL;
  DEFINE TABLE member TYPE RELATION IN user OUT room ${FEED};
  DEFINE FIELD org ON user TYPE option<record<org>>; DEFINE FIELD parent ON org TYPE option<record<org>>;
  DEFINE FIELD host ON room TYPE option<record<user>>;
  DEFINE FIELD seats ON user COMPUTED count((SELECT VALUE id FROM seat WHERE user = $parent.id));
  DEFINE FIELD vip ON user COMPUTED points > 10;
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 1h;
  DEFINE FUNCTION fn::rooms($user: record<user>) { RETURN $user->member->room } PERMISSIONS FULL;
  DEFINE FUNCTION fn::plan($user: record<user>) { LET $org = $user.org; IF $org = NONE { RETURN 'none' }; RETURN $org.plan } PERMISSIONS FULL;
  DEFINE FUNCTION fn::seats($user: record<user>) { RETURN (SELECT VALUE room FROM seat WHERE user = $user) } PERMISSIONS FULL;
  DEFINE FUNCTION fn::again($user: record<user>) { fn::seats($user) } PERMISSIONS FULL;
  DEFINE FUNCTION fn::makes($user: record<user>) { CREATE log; RETURN true } PERMISSIONS FULL;
  DEFINE FUNCTION fn::whoever() { RETURN $auth.id } PERMISSIONS FULL;
  DEFINE FUNCTION fn::closed($user: record<user>) { RETURN true } PERMISSIONS NONE;
  DEFINE FUNCTION fn::forever($user: record<user>) { RETURN fn::forever($user) } PERMISSIONS FULL;
  DEFINE FUNCTION fn::late($user: record<user>) { RETURN time::now() > $user.until } PERMISSIONS FULL;
  DEFINE TABLE by_plan ${FEED} PERMISSIONS FOR select WHERE $auth.org.plan = 'pro';
  DEFINE TABLE by_parent ${FEED} PERMISSIONS FOR select WHERE $auth.org.parent.plan = 'pro';
  DEFINE TABLE by_host ${FEED} PERMISSIONS FOR select WHERE $auth->member->room.host.name CONTAINS 'host';
  DEFINE TABLE by_seats ${FEED} PERMISSIONS FOR select WHERE $auth.seats > 0;
  DEFINE TABLE stool PERMISSIONS FOR select FULL;
  DEFINE TABLE by_stool ${FEED} PERMISSIONS FOR select WHERE (SELECT VALUE room FROM stool WHERE user = $auth.id) != [];
  DEFINE TABLE by_vip ${FEED} PERMISSIONS FOR select WHERE $auth.vip;
  DEFINE TABLE by_function ${FEED} PERMISSIONS FOR select WHERE room IN fn::rooms($auth);
  DEFINE TABLE by_choice ${FEED} PERMISSIONS FOR select WHERE fn::plan($auth) = 'pro';
  DEFINE TABLE by_select ${FEED} PERMISSIONS FOR select WHERE room IN fn::again($auth.id);
  DEFINE TABLE makes PERMISSIONS FOR select WHERE fn::makes($auth);
  DEFINE TABLE whoever PERMISSIONS FOR select WHERE fn::whoever() = owner;
  DEFINE TABLE shut PERMISSIONS FOR select WHERE fn::closed($auth);
  DEFINE TABLE forever PERMISSIONS FOR select WHERE fn::forever($auth);
  DEFINE TABLE late PERMISSIONS FOR select WHERE fn::late($auth);
  DEFINE TABLE lost PERMISSIONS FOR select WHERE fn::lost($auth);
  DEFINE TABLE renamed PERMISSIONS FOR select WHERE fn::renamed($auth);
  DEFINE FUNCTION fn::renamed($user: record<user>) { RETURN true } PERMISSIONS FULL;
  CREATE room:a, room:b;`;

describe('rights and what they read', () => {
  let database: TestDatabase;
  let root: Surreal;
  /** Hears of what is written from the changefeed alone. */
  let hearing: Gateway;
  /** Looks again at what nothing tells. */
  let looking: Gateway;
  const clients = new AccountClients();
  let names = 0;
  beforeAll(async () => {
    database = sharedDatabase();
    root = await database.connect();
    await root.query(SCHEMA);
    const env = { ...databaseEnv(database), JWT_SECRET: '', RIGHTS: 'surrealdb' };
    hearing = await startGateway({ ...env, RIGHTS_REFRESH_MS: '60000' });
    looking = await startGateway(env);
  }, 60_000);
  afterEach(() => clients.close());
  afterAll(() => Promise.all([hearing, looking].map((gateway) => gateway.stop())));
  afterAll(() => database.stop());

  /** A user of its own, and a client of it. */
  async function someone(gateway: Gateway, fields = ''): Promise<{ readonly id: string; readonly client: TestClient }> {
    const name = `n${(names += 1)}`;
    await root.query(`CREATE user:${name} SET name = '${name}'${fields}`);
    const client = await clients.connect(database, gateway.url, name);
    return { id: `user:${name}`, client };
  }

  it.each([
    ['by_plan', 'org:a', "UPDATE org:a SET plan = 'free'"],
    ['by_parent', 'org:b', "UPDATE org:a SET plan = 'free'"],
    ['by_parent', 'org:b', 'UPDATE org:b SET parent = org:c'],
    ['by_choice', 'org:a', "UPDATE org:a SET plan = 'free'"],
    ['by_choice', 'org:a', 'UPDATE $user SET org = NONE'],
    ['by_function', 'org:a', 'DELETE $user->member'],
    ['by_select', 'org:a', 'DELETE seat WHERE user = $user'],
    ['by_host', 'org:a', "UPDATE user:host SET name = 'other'"],
    ['by_host', 'org:a', 'UPDATE room:a SET host = NONE'],
  ])('end %s of whoever is of %s before anything more is delivered: %s', async (topic, org, write) => {
    await root.query(
      `UPSERT org:a SET plan = 'pro'; UPSERT org:b SET parent = org:a; UPSERT org:c SET plan = 'free';
       UPSERT user:host SET name = 'host'; UPSERT room:a SET host = user:host`,
    );
    const { id, client } = await someone(hearing, `, org = ${org}`);
    await root.query(`RELATE ${id}->member->room:a; CREATE seat SET user = ${id}, room = room:a`);
    const stream = await subscribe(client, { topic });
    await root.query(
      `CREATE ${topic} SET room = room:a; UPDATE org:a SET seen = rand::ulid(); UPDATE org:a SET seen = 1`,
    );
    await stream.take(1);
    await root.query(`${write.replaceAll('$user', id)}; CREATE ${topic} SET room = room:a, text = '${SECRET}'`);
    expect(await client.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', topic });
    const end = await subscribe(client, { topic: 'end' });
    await root.query('CREATE end');
    await end.take(1);
    expect(stream.told).toHaveLength(1);
    expect(JSON.stringify(client.frames)).not.toContain(SECRET);
  });

  it.each([
    ['by_seats', 'DELETE seat WHERE user = $user'],
    ['by_vip', 'UPDATE $user SET points = 1'],
    ['by_stool', 'DELETE stool WHERE user = $user'],
  ])('end %s, which reads what no write is told of, when it is looked at again: %s', async (topic, write) => {
    const { id, client } = await someone(looking, ', points = 20');
    await root.query(`CREATE seat, stool SET user = ${id}, room = room:a`);
    const stream = await subscribe(client, { topic });
    await root.query(`CREATE ${topic}`);
    await stream.take(1);
    await root.query(write.replaceAll('$user', id));
    expect(await client.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', topic });
  });

  it('end with a function that is defined otherwise', async () => {
    const { client } = await someone(looking);
    await subscribe(client, { topic: 'renamed' });
    await root.query('DEFINE FUNCTION OVERWRITE fn::renamed($user: record<user>) { RETURN false } PERMISSIONS FULL');
    expect(await client.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', topic: 'renamed' });
    await subscribe(client, { topic: 'renamed' });
    await root.query('DEFINE FUNCTION OVERWRITE fn::renamed($user: record<user>) { CREATE log } PERMISSIONS FULL');
    expect(await client.next('unsubscribed')).toMatchObject({ code: 'FORBIDDEN', topic: 'renamed' });
  });

  it.each([
    ['makes', /in fn::makes, .*CREATE log.*: statements such as CREATE are not supported/],
    ['whoever', /in fn::whoever, .*\$auth\.id.*: \$auth can't be followed: use what is handed to the function/],
    ['shut', /fn::closed has permissions of its own: give it PERMISSIONS FULL/],
    ['forever', /in fn::forever, .*: fn::forever calls itself/],
    ['late', /in fn::late, .*: time::now changes without a write/],
    ['lost', /fn::lost is not defined/],
  ])('refuse to follow %s, and say why', async (topic, message) => {
    const { client } = await someone(looking);
    const answer = await ask(client, { topic });
    expect(answer).toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(message) });
  });
});
