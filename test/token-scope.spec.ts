import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SignJWT } from 'jose';
import { TestClient } from './support/client.js';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { databaseEnv } from './support/service.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(60_000);

/** Of all accesses, here and elsewhere: whoever has one of their tokens has one whose signature is right. */
const KEY = 'k'.repeat(64);
const secret = createSecretKey(Buffer.from(KEY));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const RECORDS = { topics: { user: { read: 'surrealdb' } } };

interface Verifying {
  readonly how: string;
  readonly alg: 'HS512' | 'RS256';
  readonly env: (given: { readonly jwks: string; readonly policy: string }) => Record<string, string>;
}

const VERIFYING: readonly Verifying[] = [
  { how: 'a secret', alg: 'HS512', env: () => ({ JWT_SECRET: KEY }) },
  {
    how: 'a public key',
    alg: 'RS256',
    env: () => ({ JWT_PUBLIC_KEY: rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString() }),
  },
  { how: 'keys that are fetched', alg: 'RS256', env: ({ jwks }) => ({ JWT_JWKS_URL: jwks }) },
  { how: 'SurrealDB', alg: 'HS512', env: () => ({}) },
  {
    how: 'SurrealDB beside a secret, where rights are those of records',
    alg: 'HS512',
    env: ({ policy }) => ({ JWT_SECRET: KEY, POLICY_FILE: policy }),
  },
];

/** SurrealDB knows the same claims by all of these names. */
const NOTATIONS = [
  ['in capitals', { ns: 'NS', db: 'DB', ac: 'AC', id: 'ID' }],
  ['in small letters', { ns: 'ns', db: 'db', ac: 'ac', id: 'id' }],
  [
    'by their long names',
    {
      ns: 'https://surrealdb.com/ns',
      db: 'https://surrealdb.com/db',
      ac: 'https://surrealdb.com/ac',
      id: 'https://surrealdb.com/id',
    },
  ],
] as const;

type Names = (typeof NOTATIONS)[number][1];

/** Where a token says that it is from. */
type Place = Record<'ns' | 'db' | 'ac', string>;

describe.each(VERIFYING)('a record token that is verified by $how', ({ alg, env }) => {
  let database: TestDatabase;
  let keys: Server;
  let policy: PolicyFile;
  let gateway: Gateway;
  let here: Place;
  const clients: TestClient[] = [];
  beforeAll(async () => {
    database = sharedDatabase();
    here = { ns: database.namespace, db: database.database, ac: 'people' };
    const root = await database.connect();
    for (const { ns, db } of [here, elsewhere('ns'), elsewhere('db')]) {
      await root.query(
        `DEFINE NAMESPACE IF NOT EXISTS ${ns}; USE NS ${ns}; DEFINE DATABASE IF NOT EXISTS ${db}; USE DB ${db};
         DEFINE TABLE user PERMISSIONS FULL; CREATE user:ann;
         DEFINE ACCESS people ON DATABASE TYPE RECORD WITH JWT ALGORITHM HS512 KEY '${KEY}';
         DEFINE ACCESS people_elsewhere ON DATABASE TYPE RECORD WITH JWT ALGORITHM HS512 KEY '${KEY}';`,
      );
    }
    keys = createServer((_, response) => {
      response.end(JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: '1', alg: 'RS256' }] }));
    }).listen(0, '127.0.0.1');
    await once(keys, 'listening');
    policy = await policyFile(RECORDS);
    const jwks = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json`;
    gateway = await startGateway({
      ...databaseEnv(database),
      JWT_SECRET: '',
      JWT_ACCESS: 'people',
      LIMIT_WRONG_KEYS: '1000',
      ...env({ jwks, policy: policy.path }),
    });
  }, 60_000);
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
  afterAll(async () => {
    await gateway.stop();
    await policy.remove();
    keys.close();
    const root = await database.connect();
    await root.query(`REMOVE NAMESPACE ${elsewhere('ns').ns}; REMOVE DATABASE ${elsewhere('db').db}`);
    await database.stop();
  });

  describe.each(NOTATIONS)('with claims %s', (_, names) => {
    it('is let in as its record', async () => {
      const client = await connect(await tokenOf(names, here));
      expect(await client.next('welcome')).toMatchObject({ principal: { id: 'user:ann' } });
      const late = await connect();
      late.send({ type: 'auth', id: '0', token: await tokenOf(names, here) });
      expect(await late.next('welcome')).toMatchObject({ principal: { id: 'user:ann' } });
      // Right, and no server's.
      expect(await ofServer(await tokenOf(names, here))).toBe(403);
    });

    it.each([
      ['namespace', 'ns'],
      ['database', 'db'],
      ['access', 'ac'],
    ] as const)('is refused where it is of another %s, however it is shown', async (_name, claim) => {
      const token = await tokenOf(names, elsewhere(claim));
      if (alg === 'HS512') await expect(lettingInBySurreal(token)).resolves.toBe('user:ann');
      const shown = await connect(token);
      expect((await shown.closed).code).toBe(4401);
      expect(shown.frames).toEqual([]);
      const sent = await connect();
      expect(await sent.request({ type: 'auth', id: '0', token })).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect((await sent.closed).code).toBe(4401);
      const renewed = await connect(await tokenOf(names, here));
      await renewed.next('welcome');
      expect(await renewed.request({ type: 'auth', id: '0', token })).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await ofServer(token)).toBe(401);
    });
  });

  /** The same place, but for one of its names. */
  function elsewhere(claim: keyof Place): Place {
    return { ...here, [claim]: `${claim === 'ac' ? here.ac : here.db}_elsewhere` };
  }

  function tokenOf(names: Names, { ns, db, ac }: Place): Promise<string> {
    const claims = { sub: 'user:ann', [names.ns]: ns, [names.db]: db, [names.ac]: ac, [names.id]: 'user:ann' };
    return new SignJWT(claims)
      .setProtectedHeader({ alg, kid: '1' })
      .setExpirationTime('1h')
      .sign(alg === 'HS512' ? secret : rsa.privateKey);
  }

  async function connect(token?: string): Promise<TestClient> {
    const client = await TestClient.connect(gateway.url, token === undefined ? {} : { token });
    clients.push(client);
    return client;
  }

  async function ofServer(token: string): Promise<number> {
    const answer = await fetch(`${gateway.httpUrl}/api/v1/stats`, { headers: { authorization: `Bearer ${token}` } });
    return answer.status;
  }

  /** Who it is to SurrealDB itself, wherever it says that it is from. */
  async function lettingInBySurreal(token: string): Promise<string> {
    const session = await database.connect();
    await session.authenticate(token);
    const [id] = await session.query<[string]>('RETURN <string>$auth');
    await session.close();
    return id;
  }
});
