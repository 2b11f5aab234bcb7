import fc from 'fast-check';

/** Permissions that are followed, by what they hang on: the principal, the row's fields beside it, or nothing. */
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
  ],
];
/** Those that only the database can answer for each row: they are refused. */
const REFUSED = [
  'room.open',
  'count(readers) > 1',
  'level = weight',
  'at < time::now()',
  '(SELECT VALUE id FROM room) CONTAINS room',
];

const followed: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...ATOMS),
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
    arbitrary: fc.tuple(user, fc.constantFrom('room:1', 'room:2')).map(([id, to]) => `RELATE ${id}->member->${to}`),
  },
  { weight: 1, arbitrary: user.map((id) => `DELETE ${id}->member`) },
);
