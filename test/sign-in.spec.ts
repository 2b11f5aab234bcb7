import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { accountToken } from './support/account-token.js';
import { AskingProxy } from './support/asking-proxy.js';
import { TestClient } from './support/client.js';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { until } from './support/poll.js';
import { TcpProxy } from './support/proxy.js';
import { metric, untilReady } from './support/health.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { databaseEnv } from './support/service.js';
import { ask } from './support/test-stream.js';
import { recordTokenOf } from './support/tokens.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(30_000);

const ACCESSES = `
  DEFINE TABLE user; DEFINE TABLE notes PERMISSIONS FULL;
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name);
  DEFINE ACCESS other ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name);
  DEFINE ACCESS brief ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 4s;
  DEFINE ACCESS session ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name)
    DURATION FOR TOKEN 1h, FOR SESSION 4s;
  DEFINE ACCESS checked ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name)
    AUTHENTICATE { IF $auth.banned { THROW 'banned' }; RETURN $auth };
  DEFINE TABLE told CHANGEFEED 1h INCLUDE ORIGINAL;
  DEFINE ACCESS told ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM told WHERE name = $name);
  DEFINE USER viewer ON DATABASE PASSWORD 'v' ROLES VIEWER;
  CREATE user:ann SET name = 'ann'; CREATE user:⟨b-b⟩ SET name = 'bob';`;

describe('signing in with an account of the database, without a key', () => {
  let database: TestDatabase;
  let root: Surreal;
  let gateway: Gateway;
  const clients: TestClient[] = [];
  beforeAll(async () => {
    database = sharedDatabase();
    root = await database.connect();
    await root.query(ACCESSES);
    gateway = await startGateway({
      ...databaseEnv(database),
      JWT_SECRET: '',
      JWT_ACCESS: 'people, brief, session, checked, told, lasting',
      LIMIT_WRONG_KEYS: '100',
      RIGHTS_REFRESH_MS: '50',
    });
  }, 60_000);
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
  afterAll(() => gateway.stop());
  afterAll(() => database.stop());

  const signIn = (access: string, name: string, at = database) => accountToken(at, access, name);

  async function connect(token: string, url = gateway.url): Promise<TestClient> {
    const client = await TestClient.connect(url, { token });
    clients.push(client);
    return client;
  }

  it.each([
    ['ann', 'user:ann'],
    ['bob', 'user:⟨b-b⟩'],
  ])('makes %s the principal %s', async (name, id) => {
    const client = await connect(await signIn('people', name));
    expect((await client.next('welcome')).principal).toEqual({ id, expires: expect.any(Number) });
    expect(await ask(client, { topic: 'notes' })).toMatchObject({ type: 'subscribed' });
  });

  it('keeps those apart whose tokens last longer than a timer can', async () => {
    const { namespace, database: db } = database;
    const key = 'k'.repeat(64);
    await root.query(`DEFINE ACCESS lasting ON DATABASE TYPE RECORD WITH JWT ALGORITHM HS512 KEY '${key}'`);
    const tokenFor = (id: string) =>
      recordTokenOf(id, { namespace, database: db, access: 'lasting', key }, 4_000_000_000);
    const ids = ['user:ann', 'user:⟨b-b⟩'];
    const tokens = ids.map(tokenFor);
    const found: unknown[] = [];
    for (let round = 0; round < 20; round++) {
      const all = await Promise.all(tokens.map((token) => connect(token)));
      for (const client of all) found.push((await client.next('welcome')).principal?.id);
      await Promise.all(all.map((client) => client.close()));
    }
    expect(found).toEqual(Array.from({ length: 20 }, () => ids).flat());
  });

  it('lets nobody in by what the database says of another token, and forgets it', async () => {
    const { namespace, database: db } = database;
    const key = 'k'.repeat(64);
    await root.query(`DEFINE ACCESS OVERWRITE lasting ON DATABASE TYPE RECORD WITH JWT ALGORITHM HS512 KEY '${key}'`);
    await root.query("CREATE user:eve SET name = 'eve'");
    const [ann = '', eve = ''] = ['user:ann', 'user:eve'].map((id) =>
      recordTokenOf(id, { namespace, database: db, access: 'lasting', key }, 4_000_000_000),
    );
    const proxy = await AskingProxy.start(database.url);
    const other = await startGateway({ ...databaseEnv(database), JWT_SECRET: '', SURREAL_URL: proxy.url });
    try {
      proxy.replace(eve, ann);
      const client = await connect(eve, other.url);
      expect(await client.closed).toMatchObject({ code: 1013 });
      expect(client.frames).toEqual([]);
      expect(other.output).toContain('The database answered about another token than it was shown');
      expect((await (await connect(ann, other.url)).next('welcome')).principal.id).toBe('user:ann');
    } finally {
      await other.stop();
      await proxy.stop();
    }
  });

  it('keeps those apart who sign in at the same time', async () => {
    const tokens = [await signIn('people', 'ann'), await signIn('people', 'bob')];
    const forged = `${tokens[0]?.slice(0, -4)}AAAA`;
    const all = await Promise.all(Array.from({ length: 60 }, (_, n) => connect([...tokens, forged][n % 3] ?? '')));
    const ids = ['user:ann', 'user:⟨b-b⟩', 4401];
    const found = await Promise.all(
      all.map((client, n) =>
        n % 3 === 2
          ? client.closed.then(({ code }) => code)
          : client.next('welcome').then(({ principal }) => principal.id),
      ),
    );
    expect(found).toEqual(all.map((_, n) => ids[n % 3]));
  });

  it('renews with another token of the same record, and with no other', async () => {
    const client = await connect(await signIn('people', 'ann'));
    await client.next('welcome');
    const token = await signIn('people', 'ann');
    expect(await client.request({ type: 'auth', id: '1', token })).toMatchObject({ principal: { id: 'user:ann' } });
    const others = await signIn('people', 'bob');
    expect(await client.request({ type: 'auth', id: '2', token: others })).toMatchObject({ code: 'UNAUTHENTICATED' });
    const after = await client.request({ type: 'ping', id: '3' });
    expect(after).toMatchObject({ type: 'pong' });
  });

  it.each<[string, number, () => Promise<string>]>([
    ['whose signature was changed', 4401, async () => `${(await signIn('people', 'ann')).slice(0, -4)}AAAA`],
    ['whose record was changed', 4401, async () => forge(await signIn('people', 'ann'), { ID: 'user:`b-b`' })],
    ['whose access was changed', 4401, async () => forge(await signIn('people', 'ann'), { AC: 'checked' })],
    ['that is signed by nobody', 4401, async () => forge(await signIn('people', 'ann'), {}, { alg: 'none' })],
    ['of an access that is not let in', 4401, () => signIn('other', 'ann')],
    ['of another database', 4401, () => elsewhere()],
    [
      'of another database that says it is of this one',
      4401,
      async () => forge(await elsewhere(), { DB: database.database }),
    ],
    ['of a system user', 4401, () => systemUser()],
    ['that has expired', 4410, () => expired()],
    ['that AUTHENTICATE refuses', 4401, () => banned()],
    ['of a record that was deleted', 4401, () => ofDeleted()],
    ['of an access that was removed', 4401, () => ofRemovedAccess()],
  ])('refuses a token %s, with %d', async (_, code, token) => {
    const client = await connect(await token());
    expect(await client.closed).toMatchObject({ code });
    expect(client.frames).toEqual([]);
  });

  it.each([
    ['brief', 'the token expires'],
    ['session', "SurrealDB's session would"],
  ])('ends the connection with 4410 when %s: %s', async (access) => {
    const client = await connect(await signIn(access, 'ann'));
    await client.next('welcome');
    expect(await client.closed).toMatchObject({ code: 4410 });
  });

  it.each([
    ['people', 'user', 'is asked for'],
    ['told', 'told', 'is told by the changefeed'],
  ])(
    'ends the connections of %s whose record in %s is deleted, which %s, with 4401, and no others',
    async (access, table) => {
      await root.query(`CREATE ${table}:gone SET name = 'gone'`);
      const [gone, ann] = [await connect(await signIn(access, 'gone')), await connect(await signIn('people', 'ann'))];
      for (const client of [gone, ann]) await client.next('welcome');
      await root.query(`DELETE ${table}:gone`);
      expect(await gone.closed).toMatchObject({ code: 4401 });
      expect(await ann.request({ type: 'ping', id: '1' })).toMatchObject({ type: 'pong' });
    },
  );

  it('is 1013 while the database is away, and right again when it is back', async () => {
    const token = await signIn('people', 'ann');
    const proxy = await TcpProxy.start(database.url);
    const other = await startGateway({ ...databaseEnv(database), JWT_SECRET: '', SURREAL_URL: proxy.url });
    try {
      expect((await (await connect(token, other.url)).next('welcome')).principal.id).toBe('user:ann');
      proxy.refuse();
      expect(await (await connect(token, other.url)).closed).toMatchObject({ code: 1013 });
      proxy.admit();
      await untilReady(other);
      // Its connections come back one after the other: a client goes on trying meanwhile.
      const outcomes = [];
      do outcomes.push(await outcome(await connect(token, other.url)));
      while (outcomes.at(-1) === 1013 && outcomes.length < 1_000);
      expect(outcomes.at(-1)).toBe('user:ann');
    } finally {
      await other.stop();
      await proxy.stop();
    }
  });

  it('makes system users servers of the application where that is configured', async () => {
    const other = await startGateway({ ...databaseEnv(database), JWT_SECRET: '', SURREAL_SYSTEM_USERS: 'service' });
    try {
      const token = await systemUser();
      expect((await (await connect(token, other.url)).next('welcome')).principal.id).toBe('@viewer');
      const stats = (bearer: string) =>
        fetch(`${other.httpUrl}/api/v1/stats`, { headers: { authorization: `Bearer ${bearer}` } });
      expect((await stats(token)).status).toBe(200);
      expect((await stats(await signIn('people', 'ann'))).status).toBe(403);
    } finally {
      await other.stop();
    }
  });

  it('is slowed for an address that shows many wrong tokens', async () => {
    const other = await startGateway({ ...databaseEnv(database), JWT_SECRET: '', LIMIT_WRONG_KEYS: '2' });
    try {
      const wrong = `${(await signIn('people', 'ann')).slice(0, -4)}AAAA`;
      const codes = [];
      for (let n = 0; n < 3; n += 1) codes.push((await (await connect(wrong, other.url)).closed).code);
      expect(codes).toEqual([4401, 4401, 1013]);
      // It is no fault of the service’s own.
      expect(other.output).toContain('Not authenticated: too many wrong tokens came from this address.');
      expect(other.output).not.toMatch(/\n {4}at /);
    } finally {
      await other.stop();
    }
  });

  it('gives each address its turn, however many tokens of another one wait', async () => {
    const other = await startGateway({
      ...databaseEnv(database),
      JWT_SECRET: '',
      TRUST_PROXY: 'true',
      LIMIT_SIGN_INS_PER_SECOND: '1',
      LIMIT_TOKENS_WAITING: '20',
      SURREAL_TIMEOUT_MS: '60000',
    });
    try {
      const from = async (address: string, token: string) => {
        const client = await TestClient.connect(other.url, { token, headers: { 'x-forwarded-for': address } });
        clients.push(client);
        return client;
      };
      const [ann, bob] = [await signIn('people', 'ann'), await signIn('people', 'bob')];
      const many = await Promise.all(Array.from({ length: 30 }, () => from('192.0.2.1', ann)));
      await until(async () => (await metric(other, 'edge_hive_sign_ins_waiting')) >= 15);
      const one = await from('192.0.2.2', bob);
      expect((await one.next('welcome')).principal.id).toBe('user:⟨b-b⟩');
      expect(await metric(other, 'edge_hive_sign_ins_waiting')).toBeGreaterThan(5);
      expect(many.filter(({ types }) => types.includes('welcome')).length).toBeLessThan(10);
    } finally {
      await other.stop();
    }
  });

  async function elsewhere(): Promise<string> {
    const other = sharedDatabase();
    const writer = await other.connect();
    await writer.query(ACCESSES);
    const token = await signIn('people', 'ann', other);
    await other.stop();
    return token;
  }

  async function systemUser(): Promise<string> {
    const session = await database.connect();
    const { namespace, database: db } = database;
    const { access } = await session.signin({ namespace, database: db, username: 'viewer', password: 'v' });
    await session.close();
    return access;
  }

  async function expired(): Promise<string> {
    const token = await signIn('brief', 'ann');
    const client = await connect(token);
    await client.closed;
    return token;
  }

  async function banned(): Promise<string> {
    await root.query("CREATE user:banned SET name = 'banned'");
    const token = await signIn('checked', 'banned');
    await root.query('UPDATE user:banned SET banned = true');
    return token;
  }

  async function ofDeleted(): Promise<string> {
    await root.query("CREATE user:left SET name = 'left'");
    const token = await signIn('people', 'left');
    await root.query('DELETE user:left');
    return token;
  }

  async function ofRemovedAccess(): Promise<string> {
    const token = await signIn('checked', 'ann');
    await root.query('REMOVE ACCESS checked ON DATABASE');
    return token;
  }
});

/** The principal, or the code that the connection is closed with. */
function outcome(client: TestClient): Promise<string | number> {
  const welcomed = client.next('welcome').then(({ principal }) => principal.id);
  return Promise.race([welcomed, client.closed.then(({ code }) => code)]).finally(() =>
    welcomed.catch(() => undefined),
  );
}

/** The same token with other claims, or another header, and the signature that it had. */
function forge(token: string, claims: object, header: object = {}): string {
  const [head = '', payload = '', signature = ''] = token.split('.');
  return `${changed(head, header)}.${changed(payload, claims)}.${signature}`;
}

function changed(part: string, changes: object): string {
  const json = JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  return Buffer.from(JSON.stringify({ ...json, ...changes })).toString('base64url');
}
