import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { allTold, ask, subscribe } from './support/test-stream.js';
import { tokenOfText } from './support/tokens.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(30_000);

const POLICY = {
  topics: {
    levels: { read: 'authenticated', where: { level: { lte: '$claims.level' } } },
    numbers: { read: 'authenticated', where: { level: { lte: '$claims.level:number' } } },
    others: { read: 'authenticated', where: { not: { level: { gt: '$claims.level' } } } },
    posts: { read: 'authenticated', where: { not: { blocked: { contains: '$claims.who' } } } },
    owned: { read: 'authenticated', where: { owner: { ne: '$claims.who' } } },
    sold: { read: 'authenticated', where: { or: [{ free: true }, { not: { owner: { in: '$claims.who' } } }] } },
    marks: { read: 'public' },
  },
};

const LEVELS =
  "SET level = 1; SET level = 9; SET level = '0'; SET level = '9'; SET level = null; SET other = 1; SET level = true";

/** Statements that create `table:1`, `table:2`, … of what is set. */
function create(table: string, sets: string): string {
  return sets
    .split('; ')
    .map((set, i) => `CREATE ${table}:${i + 1} ${set}`)
    .join('; ');
}

describe('a where of the policy', () => {
  let service: Service;
  let file: PolicyFile;
  beforeAll(async () => {
    file = await policyFile(POLICY);
    service = await startService({ POLICY_FILE: file.path });
    for (const topic of Object.keys(POLICY.topics)) await service.writer.query(`DEFINE TABLE ${topic}`);
  }, 60_000);
  afterAll(() => service.stop());
  afterAll(() => file.remove());

  /** The rows that a principal with these claims is shown: in a snapshot, and as events. */
  async function shown(topic: string, sets: string, claims: Readonly<Record<string, unknown>>) {
    const client = await service.connect('user-1', claims);
    await service.writer.query(`DELETE ${topic}`);
    const live = await subscribe(client, { topic });
    await service.writer.query(create(topic, sets));
    await allTold(service, client);
    const read = await subscribe(client, { topic, filter: { id: { exists: true } }, snapshot: true });
    const rows = (await read.snapshot()).map(({ id }) => String(id)).sort();
    const events = live.events.filter(({ action }) => action === 'CREATE').map(({ data }) => String(data.id));
    await client.close();
    expect(events.sort()).toEqual(rows);
    expect(client.types).not.toContain('resync');
    return rows.map((id) => Number(id.split(':')[1]));
  }

  it.each<[string, unknown, readonly number[]]>([
    ['levels', 1, [1]],
    ['levels', '1', [3]],
    ['levels', true, [7]],
    ['levels', null, []],
    ['levels', undefined, []],
    ['levels', { lte: 9 }, []],
    ['levels', [9], []],
    ['numbers', 9, [1, 2]],
    ['numbers', '9', []],
    ['numbers', true, []],
    ['others', 1, [1]],
    ['others', '1', [3]],
    ['others', undefined, []],
  ])('that compares %s with the claim %j shows %j', async (topic, level, expected) => {
    expect(await shown(topic, LEVELS, level === undefined ? {} : { level })).toEqual(expected);
  });

  const BLOCKED =
    "SET blocked = [user:a, user:`a-b`]; SET blocked = [user:c]; SET blocked = ['anna']; SET blocked = []; SET n = 1; SET blocked = user:c; SET blocked = ['bob', user:c]";

  it.each<[unknown, readonly number[]]>([
    ['user:a', [2, 3, 4, 5, 7]],
    ['user:`a-b`', [2, 3, 4, 5, 7]],
    ['anna', [4, 5]],
    [1, [4, 5]],
    [null, []],
    [undefined, []],
    [['user:a'], []],
  ])('that shows posts to whom they do not block shows them to %j as %j', async (who, expected) => {
    expect(await shown('posts', BLOCKED, who === undefined ? {} : { who })).toEqual(expected);
  });

  const OWNED =
    "SET owner = user:a; SET owner = user:b; SET owner = 'anna'; SET owner = null; SET n = 1, free = true; SET owner = 5";

  it.each<[string, unknown, readonly number[]]>([
    ['owned', 'user:a', [2, 3, 4, 5]],
    ['owned', 'bob', [3, 4, 5]],
    ['owned', 5, [4, 5]],
    ['owned', undefined, []],
    ['sold', ['user:a'], [2, 3, 4, 5]],
    ['sold', ['user:a', 'bob'], [3, 4, 5]],
    ['sold', ['user:a', null], [5]],
    ['sold', [], [1, 2, 3, 4, 5, 6]],
    ['sold', undefined, [5]],
  ])('that asks for others’ rows of %s shows %j the rows %j', async (topic, who, expected) => {
    expect(await shown(topic, OWNED, who === undefined ? {} : { who })).toEqual(expected);
  });

  it('takes a number that JSON can not hold for no claim, of either sign', async () => {
    await service.writer.query('DELETE levels; CREATE levels:1 SET level = 1; CREATE levels:2');
    for (const level of ['1e999', '-1e999']) {
      const token = tokenOfText(`{"sub":"user-1","level":${level}}`);
      const client = await TestClient.connect(service.gateway.url, { token });
      const stream = await subscribe(client, { topic: 'levels', snapshot: true });
      expect(await stream.snapshot()).toEqual([]);
      await client.close();
    }
  });

  it('is asked in no number that JSON can not hold', async () => {
    const client = await service.connect();
    client.socket.send('{"type":"subscribe","id":"f","topic":"marks","filter":{"deleted_at":1e999}}');
    expect(await client.reply('f')).toMatchObject({
      code: 'INVALID_FILTER',
      message: expect.stringContaining('deleted_at'),
    });
    expect(await ask(client, { topic: 'marks', filter: { deleted_at: null } })).toMatchObject({ type: 'subscribed' });
    await client.close();
  });

  it.each([
    ['a list where one value is meant', { a: '$principal.roles' }, 'in and nin'],
    ['a kind that the principal can not have', { a: { gt: '$principal.id:number' } }, 'is a text'],
    ['the start of a number', { a: { startsWith: '$claims.a:number' } }, 'is no text'],
    ['a number that JSON can not hold', { a: { lt: 'INFINITE' } }, 'has to be a number'],
  ])('with %s stops the start', async (_, where, message) => {
    const text = JSON.stringify({ topics: { t: { read: 'public', where } } }).replace('"INFINITE"', '1e999');
    const bad = await policyFile(text);
    const start = startGateway({ POLICY_FILE: bad.path, SURREAL_URL: 'ws://127.0.0.1:9/rpc' });
    await expect(start).rejects.toThrow(message);
    await bad.remove();
  });
});
