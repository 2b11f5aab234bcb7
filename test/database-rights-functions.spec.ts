import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { PermissionsSite } from './support/permissions-site.js';
import { ask, subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(40_000);

/** In every value that a client must never see, in any frame. */
const SECRET = 'for-other-eyes';

const FEED = 'CHANGEFEED 1h INCLUDE ORIGINAL';
/** Calls of functions that can't be followed, and why. */
const REFUSED: readonly (readonly [call: string, message: RegExp])[] = [
  [
    'fn::of($auth, room)',
    /in fn::of, .*: it goes on from a value beside something of the row: hand it what is found there/,
  ],
  ['fn::of($token, room)', /in fn::of, .*: it goes on from a value/],
  ['fn::bare(room)', /name = \$room is not supported: a function has no row/],
  ['fn::makes(room)', /in fn::makes, .*: statements such as CREATE/],
  ['fn::later(room)', /in fn::later, .*: in fn::makes, .*: statements such as CREATE/],
  ['fn::who(room)', /in fn::who, .*: \$auth can't be followed: use what is handed to the function/],
  ['fn::parent(room)', /\$parent can't be followed/],
  ['fn::now(at)', /time::now changes without a write/],
  ['fn::whole(n)', /the kind int is not supported where something of the row is handed to it: leave it any/],
  ['fn::half(n)', /the sign \/ tells whole numbers from others/],
  ['fn::twice(n)', /\$n \* \$n is calculated of the row/],
  ['fn::among(n * 2, 4)', /n \* 2 is calculated of the row/],
  ['fn::own(id)', /id\.… reads the record anew/],
  ['fn::may(untyped, $auth.id)', /untyped\.… may follow a link to any table/],
  ['fn::shut(room)', /fn::shut has permissions of its own: give it PERMISSIONS FULL/],
  ['fn::round(room)', /fn::round calls itself/],
];
const SCHEMA = `
  DEFINE TABLE user ${FEED}; DEFINE TABLE end ${FEED} PERMISSIONS FULL;
  DEFINE TABLE room TYPE NORMAL ${FEED}; DEFINE FIELD members ON room TYPE array<record<user>>; DEFINE FIELD owner ON room TYPE option<record<user>>;
  DEFINE TABLE seat TYPE NORMAL ${FEED} PERMISSIONS FOR select FULL; DEFINE FIELD user ON seat TYPE record<user>; DEFINE FIELD room ON seat TYPE record<room>;
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 1h;
  DEFINE FUNCTION fn::may($room: option<record<room>>, $user: record<user>) {
    LET $members = $room.members;
    IF $room.open { RETURN true };
    RETURN fn::among($members, $user) OR $room.owner.name = 'ann' AND $user = $room.owner
  } PERMISSIONS FULL;
  DEFINE FUNCTION fn::among($list: any, $one: any) { RETURN $list CONTAINS $one } PERMISSIONS FULL;
  DEFINE FUNCTION fn::seated($room: any, $user: any) { LET $seats = (SELECT VALUE user FROM seat WHERE room = $room); RETURN $seats CONTAINS $user } PERMISSIONS FULL;
  DEFINE FUNCTION fn::short($list: any) -> bool { LET $n = array::len($list ?? []); RETURN $n < 2 } PERMISSIONS FULL;
  DEFINE FUNCTION fn::of($user: any, $room: any) { RETURN $user.level = $room.level } PERMISSIONS FULL;
  DEFINE FUNCTION fn::bare($room: any) { RETURN name = $room } PERMISSIONS FULL;
  DEFINE FUNCTION fn::makes($room: any) { CREATE log; RETURN true } PERMISSIONS FULL;
  DEFINE FUNCTION fn::whole($n: int) { RETURN $n > 1 } PERMISSIONS FULL;
  DEFINE FUNCTION fn::twice($n: any) { LET $m = $n * $n; RETURN $m * $m > 1 } PERMISSIONS FULL;
  DEFINE FUNCTION fn::half($n: any) { RETURN $n / 2 > 1 } PERMISSIONS FULL;
  DEFINE FUNCTION fn::later($room: any) { IF $room != NONE { RETURN fn::makes($room) } } PERMISSIONS FULL;
  DEFINE FUNCTION fn::parent($room: any) { RETURN $parent.room = $room } PERMISSIONS FULL;
  DEFINE FUNCTION fn::now($at: any) { RETURN $at > time::now() } PERMISSIONS FULL;
  DEFINE FUNCTION fn::round($room: any) { RETURN fn::round($room.owner) } PERMISSIONS FULL;
  DEFINE FUNCTION fn::newer($room: any) { RETURN true } PERMISSIONS FULL;
  DEFINE TABLE news ${FEED} PERMISSIONS FOR select WHERE fn::newer(room);
  DEFINE FUNCTION fn::own($row: any) { RETURN $row.text != 'x' } PERMISSIONS FULL;
  DEFINE FUNCTION fn::shut($room: any) { RETURN true } PERMISSIONS NONE;
  DEFINE FUNCTION fn::who($room: any) { RETURN $room.members CONTAINS $auth.id } PERMISSIONS FULL;
  DEFINE TABLE message ${FEED} PERMISSIONS FOR select WHERE fn::may(room, $auth.id); DEFINE FIELD room ON message TYPE option<record<room>>;
  DEFINE FIELD note ON message PERMISSIONS FOR select WHERE fn::short(tags);
  DEFINE TABLE ticket ${FEED} PERMISSIONS FOR select WHERE fn::seated(room, $auth.id); DEFINE FIELD room ON ticket TYPE option<record<room>>;
  ${REFUSED.map(([call], n) => `DEFINE TABLE refused${n} PERMISSIONS FOR select WHERE ${call}; DEFINE FIELD room ON refused${n} TYPE option<record<room>>;`).join('')}
  CREATE user:ann SET name = 'ann'; CREATE user:bob SET name = 'bob';`;

describe('functions of the database, to which something of the row is handed', () => {
  let site: PermissionsSite;
  let root: Surreal;
  beforeAll(async () => {
    site = await PermissionsSite.open(SCHEMA);
    ({ root } = site);
  }, 60_000);
  afterEach(() => site.clients.close());
  afterAll(() => site.close());

  const connect = (name: string) => site.connect(name);

  it('show what a SELECT would, and end when something is written that they read', async () => {
    await root.query(
      `UPSERT room:a SET members = [user:ann]; UPSERT room:b SET members = [user:bob], text = '${SECRET}';
       CREATE message:1 SET room = room:a, note = 'n', tags = ['x']; CREATE message:2 SET room = room:b, text = '${SECRET}'`,
    );
    const ann = await connect('ann');
    const hers = await subscribe(ann, { topic: 'message', snapshot: true });
    expect(await hers.snapshot()).toEqual([{ id: 'message:1', room: 'room:a', note: 'n', tags: ['x'] }]);
    await root.query(
      `CREATE message:3 SET room = room:b, text = '${SECRET}'; UPDATE message:3 SET room = room:a, text = 'y', note = '${SECRET}', tags = ['x', 'y'];
       UPDATE message:3 SET room = room:b, text = '${SECRET}'`,
    );
    await hers.take(2);
    expect(hers.told).toEqual(['UPDATE message:3 enter', 'UPDATE message:3 leave']);
    expect(hers.events[0]?.data).toEqual({ id: 'message:3', room: 'room:a', text: 'y', tags: ['x', 'y'] });
    await root.query(`UPDATE room:a SET members = []; UPDATE message:1 SET text = '${SECRET}'`);
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: hers.name });
    await root.query('UPDATE room:a SET owner = user:ann; CREATE message:4 SET room = room:a');
    const again = await subscribe(ann, { topic: 'message', snapshot: true });
    expect((await again.snapshot()).map(({ id }) => id)).toEqual(['message:1', 'message:4']);
    expect(JSON.stringify(ann.frames.filter(({ type }) => type === 'event'))).not.toContain(SECRET);
  });

  it('may select by it, and end when what they select is written', async () => {
    const ann = await connect('ann');
    const hers = await subscribe(ann, { topic: 'ticket' });
    await root.query('CREATE seat:1 SET user = user:ann, room = room:a');
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: hers.name });
    const again = await subscribe(ann, { topic: 'ticket' });
    await root.query(
      `CREATE ticket:1 SET room = room:a; CREATE ticket:2 SET room = room:b, text = '${SECRET}'; CREATE ticket:3 SET room = room:a`,
    );
    await again.take(2);
    expect(again.told).toEqual(['CREATE ticket:1', 'CREATE ticket:3']);
    await root.query('DELETE seat:1');
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: again.name });
  });

  it('are read again when they are redefined', async () => {
    const ann = await connect('ann');
    const hers = await subscribe(ann, { topic: 'news' });
    await root.query('CREATE news:1');
    await hers.take(1);
    await root.query('DEFINE FUNCTION OVERWRITE fn::newer($room: any) { RETURN $room != NONE } PERMISSIONS FULL');
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: hers.name });
    expect(await (await subscribe(ann, { topic: 'news', snapshot: true })).snapshot()).toEqual([]);
    await root.query('DEFINE FUNCTION OVERWRITE fn::newer($room: any) { CREATE log } PERMISSIONS FULL');
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each(REFUSED.map(([call, message], n) => ({ call, n, message })))('are refused: $call', async ({ n, message }) => {
    const answer = await ask(await connect('ann'), { topic: `refused${n}` });
    expect(answer).toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(message) });
  });
});
