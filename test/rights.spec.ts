import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { databaseEnv, startService, type Service } from './support/service.js';
import { allTold, ask, subscribe, type SubscribeCommand } from './support/test-stream.js';
import { tokenOf } from './support/tokens.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(20_000);

/** In every value that a client must never see, in any frame. */
const SECRET = 'for-other-eyes';

const POLICY = {
  topics: {
    marks: { read: 'public' },
    notes: { read: 'authenticated', where: { owner: '$principal.id' } },
    messages: {
      read: 'authenticated',
      where: { room: { in: '$claims.rooms' } },
      fields: ['room', 'text', 'author.name'],
    },
    drafts: { read: 'authenticated', where: { state: 'published' }, fields: ['text'] },
    teams: { read: 'authenticated', where: { team: '$claims.team' } },
    staff: { read: { role: 'staff' } },
  },
};

describe('rights', () => {
  let service: Service;
  let file: PolicyFile;
  beforeAll(async () => {
    file = await policyFile(POLICY);
    service = await startService({ POLICY_FILE: file.path, LIMIT_COMMANDS_BURST: '1000' });
  }, 60_000);
  afterAll(() => service.stop());
  afterAll(() => file.remove());

  it('to rows show each principal its own, and nothing of any other', async () => {
    const [ann, bob] = [await service.connect('ann'), await service.connect('bob')];
    await service.writer.query(
      `CREATE notes:old SET owner = 'bob', text = '${SECRET}'; CREATE notes:mine SET owner = 'ann', text = 'mine'`,
    );
    const [hers, his] = [
      await subscribe(ann, { topic: 'notes', snapshot: true }),
      await subscribe(bob, { topic: 'notes' }),
    ];
    expect(await hers.snapshot()).toEqual([{ id: 'notes:mine', owner: 'ann', text: 'mine' }]);
    expect(hers.name).not.toBe(his.name);
    await service.writer.query(`CREATE notes:b SET owner = 'bob', text = '${SECRET}'`);
    await service.writer.query(`UPDATE notes:b SET n = 1`);
    await service.writer.query("CREATE notes:a SET owner = 'ann', text = 'hers'");
    await service.writer.query(`UPDATE notes:a SET owner = 'bob', text = '${SECRET}'`);
    await service.writer.query(`UPDATE notes:a SET n = 2`);
    await service.writer.query("UPDATE notes:a SET owner = 'ann', text = 'hers again', n = NONE");
    await service.writer.query('DELETE notes:old; DELETE notes:b; DELETE notes:a');
    await allTold(service, ann, bob);
    expect(hers.told).toEqual(['CREATE notes:a', 'UPDATE notes:a leave', 'UPDATE notes:a enter', 'DELETE notes:a']);
    expect(his.told).toEqual([
      'CREATE notes:b',
      'UPDATE notes:b',
      'UPDATE notes:a enter',
      'UPDATE notes:a',
      'UPDATE notes:a leave',
      'DELETE notes:old',
      'DELETE notes:b',
    ]);
    expect(hers.events[1]?.data).toEqual({ id: 'notes:a' });
    expectHidden(ann, SECRET, 'notes:old', 'notes:b', 'resync');
    expect(his.frames.map(({ type }) => type)).not.toContain('resync');
  });

  it('to rows hold for a filter that asks for more', async () => {
    const ann = await service.connect('ann');
    await service.writer.query(`CREATE notes:x SET owner = 'bob', text = '${SECRET}'`);
    const requests: object[] = [
      { filter: { owner: 'bob' } },
      { filter: { or: [{ owner: 'bob' }, { owner: 'ann' }] } },
      { filter: { text: { startsWith: 'for-' } } },
      { filter: { not: { owner: 'ann' } }, events: ['DELETE'] },
    ];
    for (const request of requests) await subscribe(ann, { topic: 'notes', snapshot: true, ...request });
    await service.writer.query(`UPDATE notes:x SET text = '${SECRET}2'; DELETE notes:x`);
    await allTold(service, ann);
    expectHidden(ann, `"text":"${SECRET}`, 'notes:x', 'resync');
  });

  it('to fields leave the others out of every frame', async () => {
    const client = await service.connect('ann', { rooms: ['r'] });
    await service.writer.query(
      `CREATE messages:0 SET room = 'r', text = 'old', author = { name: 'Ada', mail: '${SECRET}' }, ip = '${SECRET}'`,
    );
    const all = await subscribe(client, { topic: 'messages', snapshot: true });
    expect(await all.snapshot()).toEqual([{ id: 'messages:0', room: 'r', text: 'old', author: { name: 'Ada' } }]);
    const one = await subscribe(client, { topic: 'messages', fields: ['author.name'], filter: { text: 'new' } });
    await service.writer.query(
      `CREATE messages:1 SET room = 'r', text = 'new', author = { name: 'Bea', mail: '${SECRET}' }, ip = '${SECRET}'`,
    );
    await service.writer.query(`UPDATE messages:1 SET ip = '${SECRET}2'`);
    await service.writer.query(`UPDATE messages:1 SET author.mail = '${SECRET}3'`);
    await service.writer.query(`UPDATE messages:1 SET text = 'newer'`);
    await service.writer.query('DELETE messages:1');
    await allTold(service, client);
    expect(all.told).toEqual(['CREATE messages:1', 'UPDATE messages:1', 'DELETE messages:1']);
    expect(all.events[1]?.data).toEqual({ id: 'messages:1', room: 'r', text: 'newer', author: { name: 'Bea' } });
    expect(one.events.map(({ data }) => data)).toEqual([
      { id: 'messages:1', author: { name: 'Bea' } },
      { id: 'messages:1' },
    ]);
    expectHidden(client, SECRET, '"ip"', '"mail"');
  });

  it('to fields hide also the field that decides about the row', async () => {
    const client = await service.connect('ann');
    const stream = await subscribe(client, { topic: 'drafts', snapshot: true });
    await stream.snapshot();
    await service.writer.query(`CREATE drafts:1 SET text = '${SECRET}', state = 'hidden'`);
    await service.writer.query("UPDATE drafts:1 SET text = 'out', state = 'published'");
    await service.writer.query("CREATE drafts:2 SET text = 'too', state = 'published'");
    await service.writer.query('DELETE drafts:2');
    await service.writer.query(`UPDATE drafts:1 SET text = '${SECRET}', state = 'hidden'`);
    await service.writer.query('DELETE drafts:1');
    await allTold(service, client);
    expect(stream.told).toEqual([
      'UPDATE drafts:1 enter',
      'CREATE drafts:2',
      'DELETE drafts:2',
      'UPDATE drafts:1 leave',
    ]);
    expectHidden(client, SECRET, '"state"', 'published', 'hidden');
  });

  it.each<[string, Omit<SubscribeCommand, 'topic'>]>([
    ['selects', { fields: ['text', 'ip'] }],
    ['selects around', { fields: ['author'] }],
    ['selects beside', { fields: ['author.mail'] }],
    ['filters on', { filter: { ip: '1' } }],
    ['filters by its absence on', { filter: { not: { or: [{ ip: { exists: true } }] } } }],
    ['filters around', { filter: { author: { contains: 'mail' } } }],
    ['orders by', { snapshot: { orderBy: [{ field: 'ip' }] } }],
  ])('are FORBIDDEN to whoever %s a hidden field', async (_, request) => {
    const client = await service.connect('ann', { rooms: ['r'] });
    const reply = await ask(client, { topic: 'messages', ...request });
    expect(reply).toMatchObject({ type: 'error', code: 'FORBIDDEN', retryable: false });
  });

  it('let the id and what lies below an allowed field be selected and filtered on', async () => {
    const client = await service.connect('ann', { rooms: ['r'] });
    const request = { fields: ['id', 'text.part'], filter: { id: 'messages:1', 'text.part': 1 } };
    await subscribe(client, { topic: 'messages', ...request });
  });

  it.each([[undefined], [null], [{}], [{ ne: 'x' }], [{ exists: true }], [[]], [['a']], ['']])(
    'of a claim that is %j match no row',
    async (team) => {
      const client = await service.connect('ann', team === undefined ? {} : { team });
      await service.writer.query(`UPSERT teams:1 SET team = 'a', text = '${SECRET}'; UPSERT teams:2 SET team = NONE`);
      const stream = await subscribe(client, { topic: 'teams', snapshot: true });
      expect(await stream.snapshot()).toEqual([]);
      await service.writer.query('UPDATE teams SET n = 1; DELETE teams');
      await allTold(service, client);
      expect(stream.events).toEqual([]);
      expectHidden(client, SECRET, 'resync');
    },
  );

  it('are shared where they are the same', async () => {
    const [one, same, other] = await Promise.all([
      service.connect('ann', { rooms: ['r'] }),
      service.connect('bob', { rooms: ['r'] }),
      service.connect('cid', { rooms: ['s'] }),
    ]);
    const names = [];
    for (const client of [one, same, other]) names.push((await subscribe(client, { topic: 'messages' })).name);
    expect(names[0]).toBe(names[1]);
    expect(names[0]).not.toBe(names[2]);
  });

  it('that a renewal changes end the subscription RIGHTS_CHANGED, and nothing more comes under the old ones', async () => {
    const client = await service.connect('ann', { rooms: ['r'] });
    const [stream, kept] = [
      await subscribe(client, { topic: 'messages' }),
      await subscribe(client, { topic: 'notes' }),
    ];
    let writing = true;
    const writes = (async () => {
      while (writing) await service.writer.query("CREATE messages SET room = 'r', text = 'old rights' RETURN NONE");
    })();
    await stream.next();
    await client.request({ type: 'auth', id: 'renew', token: tokenOf('ann', { rooms: ['s'] }) });
    const renewed = client.frames.findIndex(({ type }) => type === 'authenticated');
    const ended = client.frames.findIndex(({ type }) => type === 'unsubscribed');
    expect(client.frames[ended]).toEqual({
      type: 'unsubscribed',
      stream: stream.name,
      topic: 'messages',
      code: 'RIGHTS_CHANGED',
      message: expect.any(String),
    });
    expect(ended).toBeLessThan(renewed);
    const again = await subscribe(client, { topic: 'messages', snapshot: true });
    await again.snapshot();
    await service.writer.query("CREATE messages:s SET room = 's'; CREATE notes:k SET owner = 'ann'");
    await Promise.all([again.next(), kept.next()]);
    writing = false;
    await writes;
    await allTold(service, client);
    expect(client.frames.slice(ended).filter(({ type }) => type === 'event')).not.toHaveLength(0);
    expect(JSON.stringify(client.frames.slice(ended))).not.toContain('old rights');
  });

  it('that a renewal takes away end the subscription FORBIDDEN', async () => {
    const client = await service.connect('ann', { roles: ['staff'] });
    const stream = await subscribe(client, { topic: 'staff' });
    await client.request({ type: 'auth', id: 'same', token: tokenOf('ann', { roles: ['other', 'staff'] }) });
    expect(stream.frames).toEqual([]);
    await client.request({ type: 'auth', id: 'less', token: tokenOf('ann', { roles: ['other'] }) });
    expect(stream.frames).toEqual([expect.objectContaining({ type: 'unsubscribed', code: 'FORBIDDEN' })]);
    await service.writer.query(`CREATE staff:1 SET text = '${SECRET}'`);
    await allTold(service, client);
    expectHidden(client, SECRET);
    expect(await ask(client, { topic: 'staff' })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('hold while a snapshot of the old ones is sent', async () => {
    const values = Array.from({ length: 1_500 }, () => ({ room: 'big', text: 'old rights '.repeat(40) }));
    await service.writer.query('INSERT INTO messages $values RETURN NONE', { values });
    const client = await service.connect('ann', { rooms: ['big'] });
    client.send({ type: 'subscribe', id: 's', topic: 'messages', snapshot: true });
    client.send({ type: 'auth', id: 'a', token: tokenOf('ann', { rooms: ['none'] }) });
    await client.reply('a');
    await allTold(service, client);
    const renewed = client.frames.findIndex(({ type }) => type === 'authenticated');
    expect(JSON.stringify(client.frames.slice(renewed))).not.toContain('old rights');
  });

  it.each([
    ['that the gateway never saw', {}],
    ['of which it may keep nothing', { LIMIT_ROW_INDEX_BYTES: '0' }],
  ])(
    'to rows hold for deletions of records %s',
    async (_, env) => {
      await service.writer.query(
        `UPSERT notes:hers SET owner = 'zoe', text = 'hers'; UPSERT notes:his SET owner = 'bob', text = '${SECRET}'`,
      );
      const gateway = await startGateway({ ...databaseEnv(service.database), POLICY_FILE: file.path, ...env });
      try {
        const client = await TestClient.connect(gateway.url, { token: tokenOf('zoe') });
        const stream = await subscribe(client, { topic: 'notes' });
        await service.writer.query('DELETE notes:his; DELETE notes:hers');
        await allTold(service, client);
        // Where the database doesn't tell what a deleted record was, and it may not be kept either.
        const resyncs = stream.frames.some(({ type }) => type === 'resync');
        if (!('LIMIT_ROW_INDEX_BYTES' in env)) expect(resyncs).toBe(false);
        expect(stream.told).toEqual(resyncs ? [] : ['DELETE notes:hers']);
        expectHidden(client, SECRET, 'notes:his');
        await client.close();
      } finally {
        await gateway.stop();
      }
    },
    30_000,
  );
});

function expectHidden(client: TestClient, ...texts: readonly string[]): void {
  const frames = JSON.stringify(client.frames.filter(({ type }) => type !== 'welcome'));
  for (const text of texts) expect(frames).not.toContain(text);
}
