import fc from 'fast-check';

/** Permissions that become conditions, by what they hang on: the principal, the row's fields beside it, or nothing. */
const ATOMS = [
  ...[
    'true',
    'false',
    'public',
    '!public',
    'owner = $auth.id',
    'owner = $auth',
    '$auth.id IN readers',
    'readers CONTAINS $auth',
  ],
  ...[
    "$auth.role = 'admin'",
    "$auth.org.plan = 'pro'",
    '$auth.level > 1',
    "$access = 'people'",
    '$auth.tags CONTAINS kind',
  ],
  ...[
    'level <= $auth.level',
    'level > 2',
    'kind = $auth.kind',
    "kind IN ['a', 'b']",
    'kind != NONE',
    'kind NOT IN $auth.tags',
  ],
  ...[
    'room IN $auth->member->room',
    'room = NONE',
    'readers CONTAINSANY $auth.friends',
    'room NOT IN $auth->member->room',
    "room IN $auth->(member WHERE role = 'x')->room",
    'room IN (SELECT VALUE id FROM room WHERE members CONTAINS $auth.id)',
    "kind = ($auth.kind ?? 'a')",
    'kind = <string> $auth.kind',
  ],
  ...['room IN fn::rooms($auth)', "fn::plan($auth.id) = 'pro'", "$auth->member->room.owner.role CONTAINS 'admin'"],
];
/** Those that only the database can answer for each row: along links and edges, and functions of the row. */
const ASKED = [
  ...[
    'room.members CONTAINS $auth.id',
    'room.open',
    'owner.role = $auth.role',
    'room.owner = $auth',
    'room.owner = owner',
  ],
  ...["room.members.role CONTAINS 'admin'", 'owner.friends CONTAINS $auth.id', 'owner.org.plan = $auth.org.plan'],
  ...['room<-member<-user CONTAINS $auth.id', "room<-(member WHERE role = 'x')<-user CONTAINS $auth.id"],
  ...['owner->member->room CONTAINS room', 'owner->member->room.open CONTAINS true'],
  ...[
    'count(readers) > 1',
    'readers[0] = $auth.id',
    '[owner, room] CONTAINS $auth.id',
    'level = size',
    'readers.len() = 1',
  ],
  ...[
    '(kind ?? $auth.kind) = $auth.kind',
    '(level ?? 0) + 1 > ($auth.level ?? 0)',
    'readers.level CONTAINS $auth.level',
  ],
  ...[
    'fn::rooms(owner) CONTAINS room',
    'fn::may(room, $auth.id)',
    'fn::peers(readers, $auth.level)',
    'fn::owns(owner, room)',
  ],
];
/** What they call. */
export const FUNCTIONS = `
  DEFINE FUNCTION fn::rooms($user: record<user>) { RETURN $user->member->room } PERMISSIONS FULL;
  DEFINE FUNCTION fn::plan($user: record<user>) { LET $org = $user.org; RETURN $org.plan } PERMISSIONS FULL;
  DEFINE FUNCTION fn::may($room: option<record<room>>, $user: record<user>) {
    LET $members = $room.members; IF $room.open { RETURN true } ELSE { RETURN $members CONTAINS $user }
  } PERMISSIONS FULL;
  DEFINE FUNCTION fn::peers($list: any, $level: any) -> bool {
    LET $levels = $list.level; IF $levels = NONE { RETURN false }; RETURN $levels CONTAINS $level
  } PERMISSIONS FULL;
  DEFINE FUNCTION fn::owns($user: any, $room: any) { RETURN (SELECT VALUE id FROM room WHERE owner = $user) CONTAINS $room } PERMISSIONS FULL;
  DEFINE FUNCTION fn::alike($user: any, $other: any) { RETURN $user.role = $other.role } PERMISSIONS FULL;`;
/** Those that can't be followed: they are refused. */
const REFUSED = [
  'untyped.open',
  '(level ?? 0) / 2 = 1',
  'at < time::now()',
  'record::exists(owner)',
  'fn::alike(owner, $auth)',
  '(SELECT VALUE id FROM room WHERE id = $parent.room) CONTAINS room',
];
/** What a drawn table has to say of its links. */
export const FIELDS: Readonly<Record<string, string>> = {
  room: 'option<record<room>>',
  owner: 'record<user>',
  readers: 'option<array<record<user>>>',
};

const followed: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...ATOMS),
    fc.constantFrom(...ASKED),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}) AND (${b})`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}) OR (${b})`),
    tie('any').map((a) => `!(${a})`),
  ),
})).any;

export interface Schema {
  readonly select: string;
  readonly note: string;
  readonly refused: boolean;
}

/** What the permissions of a table, and of one of its fields, say. */
export const schema: fc.Arbitrary<Schema> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      select: fc.oneof(
        followed.map((text) => `FOR select WHERE ${text}`),
        fc.constant('FULL'),
      ),
      note: fc.oneof(
        fc.constantFrom('FULL', 'NONE'),
        followed.map((text) => `FOR select WHERE ${text}`),
      ),
      refused: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...REFUSED), followed).map(([no, text]) => ({
      select: `FOR select WHERE ${no} OR (${text})`,
      note: 'FULL',
      refused: true,
    })),
  },
);

const user = fc.constantFrom('user:a', 'user:b', 'user:c');
const room = fc.constantFrom('NONE', 'room:1', 'room:2');
const kind = fc.constantFrom('NONE', "'a'", "'b'", "'c'");
const some = (item: fc.Arbitrary<string>) => fc.array(item, { maxLength: 2 }).map((items) => `[${items.join(', ')}]`);
const level = fc.constantFrom('NONE', '1', '2', '3', '2.5');

const fields = fc
  .record({ owner: user, room, kind, readers: some(user), level, public: fc.constantFrom('NONE', 'true', 'false') })
  .map((all) => Object.entries(all).map(([name, value]) => `${name} = ${value}`));
const person = fc
  .record({
    role: fc.constantFrom("'admin'", "'guest'"),
    level,
    kind,
    tags: some(fc.constantFrom("'a'", "'b'")),
    friends: some(user).filter((list) => list !== '[]'),
    org: fc.constantFrom('org:free', 'org:pro'),
  })
  .map((all) =>
    Object.entries(all)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', '),
  );

const place = fc
  .record({ members: some(user), open: fc.boolean(), owner: user })
  .map(({ members, open, owner }) => `members = ${members}, open = ${open}, owner = ${owner}`);

/** A write to `$table`; `$canary` in it stands for a text that is in no other. */
export const write: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 4 }), fields)
      .map(([n, set]) => `UPSERT $table:${n} SET ${set.join(', ')}, text = '$canary', note = 'note-$canary'`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 4 }), fields, fc.nat(5))
      .map(([n, set, which]) => `UPDATE $table:${n} SET ${set[which]}`),
  },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => `DELETE $table:${n}`) },
  { weight: 1, arbitrary: fc.tuple(user, person).map(([id, set]) => `UPDATE ${id} SET ${set}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(user, fc.constantFrom('room:1', 'room:2'), fc.constantFrom("'x'", "'y'"))
      .map(([id, to, role]) => `RELATE ${id}->member->${to} SET role = ${role}`),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('room:1', 'room:2'), place).map(([id, set]) => `UPSERT ${id} SET ${set}`),
  },
  { weight: 1, arbitrary: fc.constantFrom('DELETE room:2', "UPDATE room:1 SET name = 'other'") },
  { weight: 1, arbitrary: user.map((id) => `DELETE ${id}->member`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('org:free', 'org:pro'), fc.constantFrom('free', 'pro'))
      .map(([id, plan]) => `UPDATE ${id} SET plan = '${plan}'`),
  },
);
