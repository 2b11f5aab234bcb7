import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { startGateway } from './support/gateway.js';
import { metric } from './support/health.js';
import { databaseEnv } from './support/service.js';
import { PermissionsSite } from './support/permissions-site.js';
import { ask, subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(40_000);

/** In every value that a client must never see, in any frame. */
const SECRET = 'for-other-eyes';

const FEED = 'CHANGEFEED 1h INCLUDE ORIGINAL';
const BY_ROOM = 'PERMISSIONS FOR select WHERE room.members CONTAINS $auth.id';
const SCHEMA = `
  DEFINE TABLE user ${FEED}; DEFINE TABLE end ${FEED} PERMISSIONS FULL;
  DEFINE TABLE room TYPE NORMAL ${FEED}; DEFINE FIELD members ON room TYPE array<record<user>>;
  DEFINE FIELD owner ON room TYPE option<record<user>>;
  DEFINE TABLE hall TYPE NORMAL; DEFINE FIELD members ON hall TYPE array<record<user>>;
  DEFINE TABLE member TYPE RELATION IN user OUT room ${FEED};
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 1h;
  DEFINE TABLE message ${FEED} ${BY_ROOM}; DEFINE FIELD room ON message TYPE option<record<room>>;
  DEFINE FIELD note ON message PERMISSIONS FOR select WHERE room.owner = $auth.id;
  DEFINE TABLE post ${FEED} PERMISSIONS FOR select WHERE room<-(member WHERE role = 'reader')<-user CONTAINS $auth.id;
  DEFINE FIELD room ON post TYPE option<record<room>>;
  DEFINE TABLE speech ${FEED} PERMISSIONS FOR select WHERE hall.members CONTAINS $auth.id;
  DEFINE FIELD hall ON speech TYPE option<record<hall>>;
  DEFINE TABLE task ${FEED} PERMISSIONS FOR select WHERE room.owner.team = $auth.team;
  DEFINE FIELD room ON task TYPE option<record<room>>;
  DEFINE TABLE crew ${FEED} PERMISSIONS FOR select WHERE readers.level CONTAINS $auth.level;
  DEFINE FIELD readers ON crew TYPE option<array<record<user>>>;
  DEFINE TABLE team ${FEED} PERMISSIONS FOR select WHERE readers.level CONTAINS $auth.level;
  DEFINE FIELD readers ON team TYPE array; DEFINE FIELD readers.* ON team TYPE record<user>;
  DEFINE TABLE lists PERMISSIONS FOR select WHERE readers.level CONTAINS $auth.level; DEFINE FIELD readers ON lists TYPE array;
  DEFINE TABLE list ${FEED} PERMISSIONS FOR select WHERE $auth.admin OR count(readers) > 1 AND readers[0] = $auth.id;
  DEFINE TABLE held ${FEED} PERMISSIONS FOR select WHERE $auth.admin OR count(readers) > 1 AND kind IN $auth.many;
  DEFINE TABLE failing ${FEED} PERMISSIONS FOR select WHERE string::len(name) > 1;
  DEFINE TABLE untyped PERMISSIONS FOR select WHERE room.members CONTAINS $auth.id;
  DEFINE TABLE parents PERMISSIONS FOR select WHERE (SELECT VALUE id FROM room WHERE id = $parent.room) != [];
  DEFINE TABLE writing PERMISSIONS FOR select WHERE (CREATE log) != NONE;
  DEFINE TABLE divided PERMISSIONS FOR select WHERE a / 2 > 1;
  CREATE user:ann SET name = 'ann'; CREATE user:bob SET name = 'bob';`;

describe('rights of which the database is asked for each row', () => {
  let site: PermissionsSite;
  let root: Surreal;
  beforeAll(async () => {
    site = await PermissionsSite.open(SCHEMA);
    ({ root } = site);
  }, 60_000);
  afterEach(() => site.clients.close());
  afterAll(() => site.close());

  const connect = (name: string, url?: string) => site.connect(name, url);

  /** Rooms of this name, `a` of ann alone and `b` of bob alone. */
  async function rooms(name: string): Promise<void> {
    await root.query(
      `UPSERT room:${name}a SET members = [user:ann], owner = user:ann; UPSERT room:${name}b SET members = [user:bob]`,
    );
  }

  it('show in a snapshot and in events what a SELECT would, rows and fields', async () => {
    await rooms('s');
    await root.query(
      `CREATE message:s0 SET room = room:sa, note = 'n'; CREATE message:s1 SET room = room:sb, text = '${SECRET}'`,
    );
    const ann = await connect('ann');
    const [hers, again] = [await subscribe(ann, { topic: 'message', snapshot: true }), await connect('ann')];
    expect(await hers.snapshot()).toEqual([{ id: 'message:s0', room: 'room:sa', note: 'n' }]);
    expect((await subscribe(again, { topic: 'message' })).name).toBe(hers.name);
    await root.query(
      `CREATE message:s2 SET room = room:sb, text = '${SECRET}'; UPDATE message:s2 SET room = room:sa, text = 'x', note = 'm';
       CREATE message:s3 SET room = room:sa, text = 'y'; UPDATE message:s3 SET room = room:sb, text = '${SECRET}'; DELETE message:s1; DELETE message:s0`,
    );
    await hers.take(4);
    expect(hers.told).toEqual([
      'UPDATE message:s2 enter',
      'CREATE message:s3',
      'UPDATE message:s3 leave',
      'DELETE message:s0',
    ]);
    expect(hers.events[0]?.data).toEqual({ id: 'message:s2', room: 'room:sa', text: 'x', note: 'm' });
    expect(JSON.stringify(ann.frames)).not.toContain(SECRET);
  });

  it('end for those alone to whom a linked record makes a difference, before anything is delivered by it', async () => {
    await rooms('l');
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    const [hers, his] = [await subscribe(ann, { topic: 'message' }), await subscribe(bob, { topic: 'message' })];
    await root.query(
      `CREATE message:l1 SET room = room:la; UPDATE room:la SET topic = 'x'; CREATE message:l2 SET room = room:lb;
       CREATE message:l3 SET room = room:la, text = '${SECRET}'; UPDATE room:la SET members += user:bob; CREATE message:l4 SET room = room:la`,
    );
    expect(await bob.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: his.name });
    await hers.take(3);
    expect(hers.told).toEqual(['CREATE message:l1', 'CREATE message:l3', 'CREATE message:l4']);
    expect(['CREATE message:l2', undefined]).toContain(his.told[0]);
    expect(his.told.length).toBeLessThanOrEqual(1);
    const back = await subscribe(bob, { topic: 'message', since: his.subscribed.cursor, epoch: his.subscribed.epoch });
    expect(back.subscribed.recovered).toBe(false);
    await root.query(
      `UPDATE room:la SET members -= user:bob; CREATE message:l5 SET room = room:la, text = '${SECRET}'`,
    );
    expect(await bob.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: back.name });
    await hers.take(1);
    expect(hers.told.at(-1)).toBe('CREATE message:l5');
    expect(JSON.stringify(bob.frames)).not.toContain(SECRET);
  });

  it('are resumed as long as nothing has changed that they rest on', async () => {
    await rooms('r');
    const ann = await connect('ann');
    const { cursor, epoch } = (await subscribe(ann, { topic: 'message' })).subscribed;
    await ann.close();
    await root.query('CREATE message:r1 SET room = room:ra; CREATE message:r2 SET room = room:rb');
    const back = await subscribe(await connect('ann'), { topic: 'message', since: cursor, epoch });
    expect(back.subscribed.recovered).toBe(true);
    await back.take(1);
    expect(back.told).toEqual(['CREATE message:r1']);
    await root.query('UPDATE room:rb SET members = [user:ann, user:bob]');
    const other = await subscribe(await connect('ann'), { topic: 'message', since: cursor, epoch });
    expect(other.subscribed.recovered).toBe(false);
  });

  it('go along edges, and end with them', async () => {
    await rooms('e');
    await root.query(
      "RELATE user:ann->member:e1->room:ea SET role = 'reader'; RELATE user:bob->member:e2->room:ea SET role = 'none'",
    );
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    const [hers, his] = [await subscribe(ann, { topic: 'post' }), await subscribe(bob, { topic: 'post' })];
    await root.query(
      `CREATE post:1 SET room = room:ea, text = '${SECRET}'; UPDATE room:ea SET topic = 'x'; CREATE post:2 SET room = room:ea`,
    );
    await hers.take(2);
    expect(hers.told).toEqual(['CREATE post:1', 'CREATE post:2']);
    expect(his.told).toEqual([]);
    await root.query(`DELETE member:e1; CREATE post:3 SET room = room:ea, text = '${SECRET}'`);
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED' });
    expect(hers.told).toHaveLength(2);
    expect(JSON.stringify(bob.frames)).not.toContain(SECRET);
  });

  it('end by an edge for those alone whom it joins', async () => {
    await rooms('j');
    await root.query(
      "RELATE user:ann->member:j1->room:ja SET role = 'reader'; RELATE user:bob->member:j2->room:ja SET role = 'none'",
    );
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    const [hers, his] = [await subscribe(ann, { topic: 'post' }), await subscribe(bob, { topic: 'post' })];
    const audited = () => metric(site.gateway, 'edge_hive_audit_events_total{event="rights_changed"}').catch(() => 0);
    const before = await audited();
    await root.query(
      `CREATE user:cem SET name = 'cem'; RELATE user:cem->member->room:ja SET role = 'reader'; CREATE post:j1 SET room = room:ja, text = '${SECRET}';
       UPDATE member:j2 SET role = 'reader'; CREATE post:j2 SET room = room:ja, text = '${SECRET}'`,
    );
    expect(await bob.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: his.name });
    await hers.take(2);
    expect(hers.told).toEqual(['CREATE post:j1', 'CREATE post:j2']);
    expect(await audited()).toBe(before + 1);
    expect(JSON.stringify(bob.frames)).not.toContain(SECRET);
  });

  it('end by a record two links away for those alone to whom it makes a difference', async () => {
    await root.query(
      `CREATE user:t1 SET name = 't1', team = 'x'; CREATE user:t2 SET name = 't2', team = 'y'; CREATE user:t3 SET name = 't3', team = 'z';
       CREATE user:t4 SET name = 't4', team = 'x'; UPSERT room:t SET members = [], owner = user:t4`,
    );
    const users = await Promise.all(['t1', 't2', 't3'].map((name) => connect(name)));
    const streams = await Promise.all(users.map((client) => subscribe(client, { topic: 'task' })));
    const end = await Promise.all(users.map((client) => subscribe(client, { topic: 'end' })));
    await root.query('CREATE task:1 SET room = room:t; UPDATE user:t4 SET seen = 1; CREATE task:2 SET room = room:t');
    await streams[0]?.take(2);
    await root.query("UPDATE user:t4 SET team = 'y'");
    for (const client of users.slice(0, 2)) {
      expect(await client.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', topic: 'task' });
    }
    await root.query(`CREATE task:3 SET room = room:t; UPDATE room:t SET owner = user:t3; CREATE end`);
    expect(await users[2]?.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', topic: 'task' });
    await Promise.all(end.map((stream) => stream.take(1)));
    expect(streams.map(({ told }) => told)).toEqual([['CREATE task:1', 'CREATE task:2'], [], []]);
  });

  it.each(['crew', 'team'])('end by a record that a list of %s links to', async (topic) => {
    await root.query(`UPSERT user:l1 SET name = 'l1', level = 3; UPSERT user:l2 SET name = 'l2', level = 3`);
    const [client, other] = [await connect('l1'), await connect('ann')];
    const stream = await subscribe(client, { topic });
    await root.query(`CREATE ${topic}:1 SET readers = [user:ann, user:l2]`);
    await stream.take(1);
    await root.query(`UPDATE user:l2 SET level = 4; UPDATE ${topic}:1 SET text = '${SECRET}'`);
    expect(await client.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', topic });
    const back = await subscribe(client, { topic, snapshot: true });
    expect(await back.snapshot()).toEqual([]);
    expect((await subscribe(other, { topic, snapshot: true })).name).not.toBe(back.name);
    expect(JSON.stringify(client.frames)).not.toContain(SECRET);
  });

  it('are asked for again where a table has no changefeed', async () => {
    await root.query('CREATE hall:1 SET members = [user:ann]');
    const ann = await connect('ann');
    const hers = await subscribe(ann, { topic: 'speech' });
    await root.query('CREATE speech:1 SET hall = hall:1');
    await hers.take(1);
    await root.query('UPDATE hall:1 SET members = []');
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: hers.name });
    // What it held when it was looked at before comes back: it is other than when she subscribed.
    await root.query('UPDATE hall:1 SET members = [user:ann]');
    const again = await subscribe(ann, { topic: 'speech' });
    await root.query('UPDATE hall:1 SET members = []');
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: again.name });
  });

  it('hang on functions of the row, which no other table ends', async () => {
    const ann = await connect('ann');
    const hers = await subscribe(ann, { topic: 'list' });
    await root.query(
      `CREATE list:1 SET readers = [user:ann, user:bob]; CREATE list:2 SET readers = [user:ann], text = '${SECRET}'; CREATE list:3 SET text = '${SECRET}';
       CREATE room:f SET members = []; UPDATE list:2 SET readers += user:bob, text = ''`,
    );
    await hers.take(2);
    expect(hers.told).toEqual(['CREATE list:1', 'UPDATE list:2 enter']);
    expect(JSON.stringify(ann.frames)).not.toContain(SECRET);
  });

  it('are told to be read again where a permission fails for a row, and then refused as a SELECT is', async () => {
    const ann = await connect('ann');
    const hers = await subscribe(ann, { topic: 'failing' });
    await root.query("CREATE failing:1 SET name = 'long'; CREATE failing:2");
    expect(await hers.next()).toMatchObject({ action: 'CREATE', data: { id: 'failing:1' } });
    expect(await ann.next('resync')).toMatchObject({ reason: 'unknown_state' });
    await subscribe(await connect('bob'), { topic: 'failing', snapshot: true });
    expect(await site.clients.last?.next('unsubscribed')).toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    ['untyped', /room\.… may follow a link to any table: say which \(DEFINE FIELD room ON untyped TYPE record<…>\)/],
    ['lists', /readers\.… may follow a link to any table/],
    ['parents', /\$parent can't be followed/],
    ['writing', /statements such as CREATE/],
    ['divided', /tells whole numbers from others/],
  ])('are refused for %s, which says why', async (topic, message) => {
    const answer = await ask(await connect('ann'), { topic });
    expect(answer).toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(message) });
  });

  it('wait no longer than may wait: beyond the bound streams are told to read again', async () => {
    await rooms('w');
    const other = await startGateway({
      ...databaseEnv(site.database),
      JWT_SECRET: '',
      RIGHTS: 'surrealdb',
      LIMIT_RIGHTS_WAITING_CHANGES: '3',
    });
    try {
      const ann = await connect('ann', other.url);
      const hers = await subscribe(ann, { topic: 'message' });
      const rest = await subscribe(ann, { topic: 'end' });
      await root.query('BEGIN; FOR $n IN 1..20 { CREATE message SET room = room:wa }; CREATE end; COMMIT');
      expect(await ann.next('resync')).toMatchObject({ stream: hers.name, reason: 'unknown_state' });
      await rest.take(1);
      expect(await metric(other, 'edge_hive_rights_given_up_total')).toBeGreaterThan(0);
    } finally {
      await site.clients.close();
      await other.stop();
    }
  });

  it('are held for whoever they are of, and refused beyond what may be held', async () => {
    await root.query(
      "CREATE user:big SET name = 'big', admin = true, many = array::repeat('x', 10).map(|$x, $n| string::repeat('y', 10_000) + <string> $n)",
    );
    const other = await startGateway({
      ...databaseEnv(site.database),
      JWT_SECRET: '',
      RIGHTS: 'surrealdb',
      LIMIT_CONNECTION_BYTES: '65536',
    });
    try {
      const [big, ann] = [await connect('big', other.url), await connect('ann', other.url)];
      expect(await ask(big, { topic: 'held' })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
      expect(await ask(ann, { topic: 'held' })).toMatchObject({ type: 'subscribed' });
    } finally {
      await site.clients.close();
      await other.stop();
    }
  });

  it('need nothing but a VIEWER', async () => {
    await rooms('v');
    await root.query("DEFINE USER viewer ON DATABASE PASSWORD 'v' ROLES VIEWER");
    const { SURREAL_NAMESPACE = '', SURREAL_DATABASE = '', SURREAL_URL = '' } = databaseEnv(site.database);
    const reader = { SURREAL_USERNAME: 'viewer', SURREAL_PASSWORD: 'v', NODE_ENV: 'production' };
    const other = await startGateway({ SURREAL_NAMESPACE, SURREAL_DATABASE, SURREAL_URL, ...reader });
    try {
      await root.query('CREATE message:v0 SET room = room:va');
      const stream = await subscribe(await connect('ann', other.url), { topic: 'message', snapshot: true });
      expect(await stream.snapshot()).toContainEqual({ id: 'message:v0', room: 'room:va' });
      await root.query('CREATE message:v1 SET room = room:vb; CREATE message:v2 SET room = room:va');
      await stream.take(1);
      expect(stream.told).toEqual(['CREATE message:v2']);
    } finally {
      await site.clients.close();
      await other.stop();
    }
  });
});
