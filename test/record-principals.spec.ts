import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RecordId, type RecordIdValue } from 'surrealdb';
import { recordIdText } from '../src/values/record-id-text.js';
import { TestClient } from './support/client.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { allTold, subscribe } from './support/test-stream.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(30_000);

const API_KEY = 'a key for the server API of tests';

const POLICY = {
  topics: {
    notes: { read: 'authenticated', where: { owner: '$principal.id' } },
    posts: { read: 'authenticated', where: { not: { blocked: { contains: '$principal.id' } } } },
    tags: { read: 'authenticated', where: { not: { owner: { in: ['$claims.ID'] } } } },
    all: { read: 'authenticated' },
    marks: { read: 'public' },
  },
  channels: { 'user:{id}': { subscribe: { principal: '{id}' }, publish: { any: [{ principal: '{id}' }, 'service'] } } },
};

const KEYS: readonly RecordIdValue[] = ['plain', 'a-b', 'a@example.com', '123', 'auth0|5f', 'a`b\\', 7, ['a', 1]];

describe('a record of SurrealDB as principal', () => {
  let service: Service;
  let file: PolicyFile;
  beforeAll(async () => {
    file = await policyFile(POLICY);
    service = await startService({ POLICY_FILE: file.path, JWT_PRINCIPAL_CLAIM: 'ID', API_KEY });
    await service.writer.query(
      `DEFINE TABLE user; DEFINE ACCESS people ON DATABASE TYPE RECORD
       SIGNIN (SELECT * FROM user WHERE n = $n) WITH JWT ALGORITHM HS512 KEY '${JWT_SECRET}' DURATION FOR TOKEN 1h`,
    );
    for (const [n, key] of KEYS.entries()) {
      await service.writer.query('CREATE $id SET n = $n', { id: new RecordId('user', key), n: n + 1 });
    }
  }, 60_000);
  afterAll(() => service.stop());
  afterAll(() => file.remove());

  /** The token that SurrealDB itself gives. */
  async function signIn(n: number): Promise<string> {
    const { namespace, database } = service.database;
    const session = await service.database.connect();
    const { access } = await session.signin({ namespace, database, access: 'people', variables: { n } });
    await session.close();
    return access;
  }

  async function connect(token: string): Promise<TestClient> {
    return TestClient.connect(service.gateway.url, { token });
  }

  it.each(KEYS.map((key, i) => ({ key, n: i + 1 })))(
    'sees what is its own and not what it is blocked from, with the id $key',
    async ({ key, n }) => {
      const id = new RecordId('user', key);
      const client = await connect(await signIn(n));
      expect(await client.next('welcome')).toMatchObject({ principal: { id: recordIdText(id) } });
      await service.writer.query('CREATE type::record("notes", [$id, 1]) SET owner = $id', { id });
      const notes = await subscribe(client, { topic: 'notes', snapshot: true });
      const posts = await subscribe(client, { topic: 'posts' });
      const tags = await subscribe(client, { topic: 'tags' });
      expect(await notes.snapshot()).toMatchObject([{ owner: recordIdText(id) }]);
      await service.writer.query(
        `CREATE type::record("notes", [$id, 2]) SET owner = $id;
         CREATE type::record("notes", [$id, 3]) SET owner = <string>$id;
         CREATE type::record("notes", [$id, 4]) SET owner = $text;
         CREATE type::record("notes", [$id, 5]) SET owner = user:other;
         CREATE posts:${n}1 SET blocked = [user:other, $id];
         CREATE posts:${n}2 SET blocked = [<string>$id];
         CREATE posts:${n}3 SET blocked = [user:other];
         CREATE tags:${n}1 SET owner = $id;
         CREATE tags:${n}2 SET owner = user:other;`,
        { id, text: recordIdText(id) },
      );
      await allTold(service, client);
      expect(notes.events.map(({ data }) => data)).toMatchObject([
        { owner: recordIdText(id) },
        { owner: expect.any(String) },
        { owner: recordIdText(id) },
      ]);
      expect(posts.told).toEqual([`CREATE posts:${n}3`]);
      expect(tags.told).toEqual([`CREATE tags:${n}2`]);
      await client.close();
    },
  );

  it('is one principal whichever notation its token has', async () => {
    const [surrealdbs, others] = [await connect(await signIn(2)), await connect(tokenOf('x', { ID: 'user:⟨a-b⟩' }))];
    for (const client of [surrealdbs, others]) {
      expect(await client.next('welcome')).toMatchObject({ principal: { id: 'user:⟨a-b⟩' } });
    }
    const ids = ['user:user:`a-b`', 'user:user:⟨a-b⟩'];
    const streams = new Set<unknown>();
    for (const client of [surrealdbs, others]) {
      for (const channel of ids) {
        const reply = await client.request({ type: 'subscribe', id: channel, channel });
        expect(reply).toMatchObject({ type: 'subscribed', channel: 'user:user:⟨a-b⟩' });
        if ('stream' in reply) streams.add(reply.stream);
      }
    }
    expect(streams.size).toBe(1);
    const another = await others.request({ type: 'subscribe', id: 'c', channel: 'user:user:`a-c`' });
    expect(another).toMatchObject({ code: 'FORBIDDEN' });

    const publish = { type: 'publish', event: 'e', data: 1, key: 'once' };
    const first = await surrealdbs.request({ ...publish, id: 'p', channel: ids[0] });
    const again = await others.request({ ...publish, id: 'p', channel: ids[1] });
    expect(first).toMatchObject({ type: 'ack', cursor: expect.any(String) });
    expect(again).toEqual(first);

    const post = (path: string, body: object) =>
      fetch(`${service.gateway.httpUrl}/api/v1/${path}`, {
        method: 'POST',
        headers: { 'x-api-key': API_KEY, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await post(`channels/${encodeURIComponent(ids[0] ?? '')}/messages`, { event: 'by-http', data: 2 });
    for (const client of [surrealdbs, others]) {
      expect(await client.next('message')).toMatchObject({ from: 'user:⟨a-b⟩', data: 1 });
      expect(await client.next('message')).toMatchObject({ event: 'by-http', channel: 'user:user:⟨a-b⟩' });
    }
    const answer = await post(`principals/${encodeURIComponent('user:`a-b`')}/disconnect`, {});
    expect(await answer.json()).toEqual({ disconnected: 2 });
  });

  it('is found by filters in both notations', async () => {
    const client = await connect(await signIn(2));
    const streams = [
      await subscribe(client, { topic: 'all', filter: { owner: 'user:`a-b`' } }),
      await subscribe(client, { topic: 'all', filter: { owner: { in: ['user:`x-y`', 'user:⟨a-b⟩'] } } }),
      await subscribe(client, { topic: 'all', filter: { id: "all:['`', 1]" }, snapshot: true }),
    ];
    expect(await streams[2]?.snapshot()).toEqual([]);
    await service.writer.query("CREATE all:['`', 1] SET owner = user:`a-b`; CREATE all:2 SET owner = user:`a-c`");
    await allTold(service, client);
    for (const stream of streams) expect(stream.told).toEqual(['CREATE all:[ s"`", 1 ]']);
  });
});
