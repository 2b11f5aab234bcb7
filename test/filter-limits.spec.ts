import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { metric } from './support/health.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { allTold, ask, subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(60_000);

const KIB = 1024;
const LIST = 500;

const texts = (count: number, name: string | number) => Array.from({ length: count }, (_, n) => `text-${name}-${n}`);
/** Each another filter of some 130 KB. */
const heavy = (name: string | number) => ({ topic: 'notes', filter: { room: { in: texts(LIST, name) } } });

let service: Service;
let policy: PolicyFile;

function useService(topics: object, env: Readonly<Record<string, string>> = {}): void {
  beforeAll(async () => {
    policy = await policyFile({ topics });
    service = await startService({ POLICY_FILE: policy.path, LIMIT_COMMANDS_BURST: '1000', ...env });
    await service.writer.query('DEFINE TABLE notes; DEFINE TABLE marks');
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await policy.remove();
  });
}

/** Subscribes until it is refused. */
async function fill(
  client: TestClient,
  name: string,
): Promise<{ readonly streams: string[]; readonly refusal: object }> {
  const streams: string[] = [];
  for (;;) {
    const reply = await ask(client, heavy(`${name}-${streams.length}`));
    if (reply.type !== 'subscribed') return { streams, refusal: reply };
    streams.push(reply.stream);
  }
}

function refused(whose: string): object {
  const message: unknown = expect.stringContaining(`filter: those of ${whose} may take`);
  return { type: 'error', code: 'LIMIT_EXCEEDED', retryable: false, message };
}

describe('elements of a filter', () => {
  useService({ '*': { read: 'public' } });

  it('are one budget of all its lists, which the refusal names', async () => {
    const client = await service.connect();
    const lists = (elements: number) =>
      Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`f${n}`, { in: texts(elements, n) }]));
    expect(await ask(client, { topic: 'notes', filter: lists(1_000) })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('filter.f1.in is too much') as unknown,
    });
    expect(await ask(client, { topic: 'notes', filter: lists(63) })).toMatchObject({ type: 'subscribed' });
    const plain = Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`f${n}`, n]));
    expect(await ask(client, { topic: 'notes', filter: plain })).toMatchObject({ type: 'subscribed' });
    expect(await ask(client, { topic: 'notes', filter: { room: { in: texts(1_000, 'a') } } })).toMatchObject({
      type: 'subscribed',
    });
  });
});

describe('bytes of filters', () => {
  useService(
    { '*': { read: 'public' } },
    {
      LIMIT_FILTER_BYTES: `${400 * KIB}`,
      LIMIT_FILTER_BYTES_PER_PRINCIPAL: `${500 * KIB}`,
      LIMIT_FILTER_BYTES_TOTAL: `${2_000 * KIB}`,
    },
  );

  it('are bounded for a connection, which goes on, and free again when a subscription ends', async () => {
    const client = await service.connect('limited');
    const { streams, refusal } = await fill(client, 'limited');
    expect(refusal).toMatchObject(refused('this connection'));
    expect(streams.length).toBeGreaterThan(1);
    expect(await metric(service.gateway, 'edge_hive_filter_bytes')).toBeGreaterThan(200 * KIB);
    // The same again costs nothing, nor does what has no filter.
    expect(await ask(client, heavy('limited-0'))).toMatchObject({ stream: streams[0] });
    const unfiltered = await subscribe(client, { topic: 'notes' });
    await service.writer.query("CREATE notes:one SET room = 'text-limited-0-7'");
    await allTold(service, client);
    expect(unfiltered.told).toEqual(['CREATE notes:one']);
    await client.request({ type: 'unsubscribe', id: 'u', stream: streams[0] });
    expect(await ask(client, heavy('other'))).toMatchObject({ type: 'subscribed' });
    await client.close();
    while ((await metric(service.gateway, 'edge_hive_filter_bytes')) > 0);
  });

  it('are bounded for a principal over its connections, and for no one else', async () => {
    const [one, other] = [await service.connect('many'), await service.connect('many')];
    const refusals = [(await fill(one, 'a')).refusal, (await fill(other, 'b')).refusal];
    expect(refusals).toMatchObject([refused('this connection'), refused('one principal')]);
    expect(await ask(await service.connect('another'), heavy('c'))).toMatchObject({ type: 'subscribed' });
    await one.close();
    // What a connection had is given back a moment after its close.
    while ((await ask(other, heavy('d'))).type !== 'subscribed');
    await other.close();
  });

  it('are bounded for an address without a token, so that it takes none from those who have one', async () => {
    const strangers = await Promise.all([1, 2, 3].map(() => TestClient.connect(service.gateway.url)));
    const refusals: object[] = [];
    for (const [n, stranger] of strangers.entries()) refusals.push((await fill(stranger, `stranger-${n}`)).refusal);
    expect(refusals.slice(1)).toMatchObject([
      refused('one address without a token'),
      refused('one address without a token'),
    ]);
    expect(await ask(await service.connect('known'), heavy('known'))).toMatchObject({ type: 'subscribed' });
    await Promise.all(strangers.map((stranger) => stranger.close()));
  });
});

describe('work of filters', () => {
  useService(
    { '*': { read: 'public' } },
    { LIMIT_FILTER_SCANS: '80', LIMIT_FILTER_SCANS_PER_PRINCIPAL: '120', LIMIT_FILTER_SCANS_TOTAL: '400' },
  );

  const others = (name: string, count = 2) => ({ topic: 'notes', filter: { room: { nin: texts(count, name) } } });
  const costly = (whose: string, limit: number) => ({
    code: 'LIMIT_EXCEEDED',
    message: expect.stringContaining(`filter: those of ${whose} may cost ${limit} comparisons`) as unknown,
  });

  it('is bounded where they can not be looked up, and nothing is lost of what was subscribed', async () => {
    const client = await service.connect('scanning');
    const streams = await Promise.all([0, 1, 2, 3, 4].map((n) => subscribe(client, others(`s${n}`))));
    expect(await ask(client, others('more'))).toMatchObject(costly('this connection', 80));
    expect(await ask(client, { topic: 'notes', filter: { room: { ne: 'a' } } })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(await metric(service.gateway, 'edge_hive_filter_scans')).toBe(80);
    // What is looked up costs nothing, and the same again neither.
    expect(await ask(client, { topic: 'notes', filter: { room: 'a', by: { nin: ['x', 'y'] } } })).toMatchObject({
      type: 'subscribed',
    });
    expect(await ask(client, others('s0'))).toMatchObject({ type: 'subscribed' });
    await service.writer.query("CREATE notes:scan SET room = 'text-s0-1'");
    await allTold(service, client);
    expect(streams.map(({ told }) => told.length)).toEqual([0, 1, 1, 1, 1]);
    const another = await service.connect('scanning');
    for (const name of ['t0', 't1']) await subscribe(another, others(name));
    expect(await ask(another, others('t2'))).toMatchObject(costly('one principal', 120));
    expect(await ask(await service.connect('honest'), others('u0'))).toMatchObject({ type: 'subscribed' });
    await Promise.all([client.close(), another.close()]);
  });
});

describe('filters that one change may be for', () => {
  useService({ '*': { read: 'public' } }, { LIMIT_FILTER_MATCHES_PER_PRINCIPAL: '20', LIMIT_SUBSCRIPTIONS: '30' });

  const matching = (n: number) => ({ topic: 'notes', filter: { kind: 'common', by: { nin: [`p${n}`, 'x'] } } });
  const refusal = (whose: string) => ({
    code: 'LIMIT_EXCEEDED',
    message: expect.stringContaining(`of those of ${whose} on this table, one change may be for 20`) as unknown,
  });

  it('are bounded for a principal over its connections, whatever else each is by', async () => {
    const [one, other] = [await service.connect('alike'), await service.connect('alike')];
    const streams = [];
    for (let n = 0; n < 15; n += 1) streams.push(await subscribe(one, matching(n)));
    for (let n = 15; n < 19; n += 1) await subscribe(other, matching(n));
    await subscribe(other, { topic: 'notes', fields: ['kind'] });
    expect(await ask(other, matching(20))).toMatchObject(refusal('one principal'));
    expect(await ask(other, { topic: 'notes', fields: ['by'] })).toMatchObject(refusal('one principal'));
    expect(await ask(other, { topic: 'notes', filter: { n: { gte: 1 } } })).toMatchObject(refusal('one principal'));
    // Another table, the same again, and what a row can be one of alone, are no more.
    expect(await ask(other, { ...matching(20), topic: 'marks' })).toMatchObject({ type: 'subscribed' });
    expect(await ask(other, matching(0))).toMatchObject({ type: 'subscribed' });
    await service.writer.query("CREATE notes:alike SET kind = 'common', by = 'p3'");
    await allTold(service, one);
    expect(streams.filter(({ told }) => told.length === 1)).toHaveLength(14);
    await Promise.all([one.close(), other.close()]);
  });

  it('are not those on distinct values', async () => {
    const client = await service.connect('distinct');
    for (let n = 0; n < 30; n += 1) await subscribe(client, { topic: 'notes', filter: { kind: `k${n}`, n } });
    await client.close();
  });

  it('are bounded for an address without a token', async () => {
    const stranger = await TestClient.connect(service.gateway.url);
    for (let n = 0; n < 20; n += 1) await subscribe(stranger, matching(n));
    expect(await ask(stranger, matching(20))).toMatchObject(refusal('one address without a token'));
    await stranger.close();
  });
});

describe('what the policy grants', () => {
  const where = { room: { in: '$claims.rooms' } };
  useService({ notes: { read: 'authenticated', where }, marks: { read: 'public' } });

  it('is not refused: a hundred subscriptions under a claim of a thousand rooms', async () => {
    const rooms = Array.from({ length: 1_000 }, (_, n) => n.toString(36));
    const client = await service.connect('member', { rooms });
    for (let n = 0; n < 98; n += 1) await subscribe(client, { topic: 'notes', filter: { n: { gte: n } } });
    const own = await subscribe(client, { topic: 'notes', filter: { n: { lt: 0 } } });
    await service.writer.query(
      `CREATE notes:in SET room = '${rooms[7]}', n = -1; CREATE notes:out SET room = 'x!', n = -1`,
    );
    await allTold(service, client);
    expect(own.told).toEqual(['CREATE notes:in']);
    expect(await metric(service.gateway, 'edge_hive_filter_bytes')).toBeLessThan(24 * KIB * KIB);
  });
});
