import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startService, type Service } from './support/service.js';
import { ask, subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

const UUID = '018f6f2e-0000-7000-8000-000000000000';

/** A value as it is written in SurrealQL, and as it is sent. */
const VALUES: readonly [string, unknown][] = [
  ['person:tobie', 'person:tobie'],
  ['person:1', 'person:1'],
  ['person:⟨1⟩', 'person:⟨1⟩'],
  ['person:⟨a-b⟩', 'person:⟨a-b⟩'],
  ["d'2026-01-02T03:04:05Z'", '2026-01-02T03:04:05.000Z'],
  ["d'2026-01-02T03:04:05.123456789Z'", '2026-01-02T03:04:05.123456789Z'],
  ['1h30m', '1h30m'],
  ['1.25dec', '1.25'],
  ['12345678901234567890.123456789dec', '12345678901234567890.123456789'],
  [`u'${UUID}'`, UUID],
  ['<bytes>"Hello"', 'SGVsbG8='],
  ['(1.5, -2)', { type: 'Point', coordinates: [1.5, -2] }],
  [
    '{ type: "LineString", coordinates: [[1, 2], [3, 4]] }',
    {
      type: 'LineString',
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  ['42', 42],
  ['-1.5f', -1.5],
  ['9007199254740991', 9_007_199_254_740_991],
  ['9007199254740993', '9007199254740993'],
  ['-9223372036854775807', '-9223372036854775807'],
  ['true', true],
  ['null', null],
  ['"text with \\"quotes\\", ⟨⟩ and 🦀"', 'text with "quotes", ⟨⟩ and 🦀'],
  ['[1, person:1, d"2026-01-02T03:04:05Z"]', [1, 'person:1', '2026-01-02T03:04:05.000Z']],
  [
    '{ deep: { at: d"2026-01-02T03:04:05Z", by: person:1 } }',
    { deep: { at: '2026-01-02T03:04:05.000Z', by: 'person:1' } },
  ],
  ['{}', {}],
  ['[]', []],
];

/** A record id as it is written in SurrealQL, and as it is sent. */
const IDS: readonly [string, string][] = [
  ['odd:word', 'odd:word'],
  ['odd:7', 'odd:7'],
  ['odd:⟨7⟩', 'odd:⟨7⟩'],
  ['odd:⟨a-b⟩', 'odd:⟨a-b⟩'],
  ['odd:⟨with space⟩', 'odd:⟨with space⟩'],
  ["odd:['a', 1]", 'odd:[ s"a", 1 ]'],
  ["odd:{ x: 'a' }", 'odd:{ "x": s"a" }'],
  [`odd:u'${UUID}'`, `odd:u"${UUID}"`],
  ['odd:[b"01FF"]', 'odd:[ b"01FF" ]'],
  ['odd:[{1, 2}, {,}]', 'odd:[ { 1, 2, }, { , } ]'],
];

describe('values', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  }, 60_000);
  afterAll(() => service.stop());

  it('come in events and in snapshots as the protocol writes them', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'kinds' });
    for (const [n, [surrealql]] of VALUES.entries()) {
      await service.writer.query(`CREATE kinds:${n} SET value = ${surrealql} RETURN NONE`);
    }
    const expected = VALUES.map(([, value], n) => ({ id: `kinds:${n}`, value }));
    expect((await stream.take(VALUES.length)).map(({ data }) => data)).toEqual(expected);
    expect(await (await subscribe(client, { topic: 'kinds', snapshot: true })).snapshot()).toEqual(expected);
  });

  it('are left out when they are NONE, and kept when they are null', async () => {
    const client = await service.connect();
    const stream = await subscribe(client, { topic: 'nothing' });
    await service.writer.query('CREATE nothing:1 SET a = 1, b = null, c = NONE, d = { e: NONE, f: null }');
    await service.writer.query('UPDATE nothing:1 UNSET a');
    const [created, updated] = await stream.take(2);
    expect(created?.data).toStrictEqual({ id: 'nothing:1', a: 1, b: null, d: { f: null } });
    expect(updated?.data).toStrictEqual({ id: 'nothing:1', b: null, d: { f: null } });
    const [row] = await (await subscribe(client, { topic: 'nothing', snapshot: true })).snapshot();
    expect(row).toStrictEqual(updated?.data);
  });

  it.each(IDS)('tell the record %s by a text of its own, which works in a filter', async (surrealql, text) => {
    const client = await service.connect();
    await service.writer.query(`UPSERT odd:other SET by = odd:other; UPSERT ${surrealql} SET by = ${surrealql}`);
    const [byId, byLink] = [
      await subscribe(client, { topic: 'odd', filter: { id: text }, snapshot: true }),
      await subscribe(client, { topic: 'odd', filter: { by: { in: [text] } }, snapshot: true }),
    ];
    expect(await byId.snapshot()).toEqual([{ id: text, by: text }]);
    expect(await byLink.snapshot()).toEqual([{ id: text, by: text }]);
    await service.writer.query(`UPDATE odd SET n = 1; DELETE ${surrealql}`);
    expect((await byId.take(2)).map(({ data }) => data.id)).toEqual([text, text]);
    expect((await byLink.take(2)).map(({ action }) => action)).toEqual(['UPDATE', 'DELETE']);
  });

  it('of a table with an odd name come by that name', async () => {
    const client = await service.connect();
    for (const topic of ['with-dash', 'with space', 'ünï', '123', 'select', 'value', 'none', 'a`b', 'a⟩b']) {
      const stream = await subscribe(client, { topic, snapshot: true });
      await stream.snapshot();
      await service.writer.query('CREATE type::record($topic, "x") SET n = 1', { topic });
      expect(await stream.next()).toMatchObject({ topic, action: 'CREATE', data: { n: 1 } });
    }
  });

  it('of a topic never reach the database as a statement', async () => {
    const client = await service.connect();
    await service.writer.query('CREATE precious:1');
    for (const end of ['`', '\\`', '⟩', '\\⟩', '\\\\⟩', '"', ';']) {
      await ask(client, { topic: `a${end}; REMOVE TABLE precious; --`, snapshot: true });
      await ask(client, { topic: `a${end} CHANGEFEED 1d; REMOVE TABLE precious; --` });
    }
    expect(await service.writer.query('RETURN (SELECT * FROM precious).len()')).toEqual([1]);
  });
});
