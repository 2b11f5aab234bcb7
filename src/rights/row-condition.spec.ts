import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';
import { RecordId, Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import { Config } from '../config/config.js';
import { compileCondition } from '../filter/compile-condition.js';
import { toSurrealql } from '../filter/surrealql.js';
import { canonicalText } from '../filter/canonical.js';
import { DatabaseProcess } from '../surreal/connection/database-process.js';
import { Questions } from '../surreal/connection/questions.js';
import type { DatabaseRow } from '../values/path.js';
import { recordIdText } from '../values/record-id-text.js';
import { parseExpression } from './expression/parse-expression.js';
import { askConstants } from './principal-constants.js';
import { RowQuestions } from './row-questions.js';
import { askedTexts, rowCondition } from './row-condition.js';

jest.setTimeout(60_000);

const { SURREAL_BIN: bin } = process.env;

/** Values of the row's field `x`, as SurrealQL: of each kind, those that others are easily taken for among them. */
const VALUES = [
  ...['NONE', 'NULL', 'true', 'false', '0', '1', '-1', '5', '5f', '5.5', '5dec', '5.5dec', '0dec', '9007199254740993'],
  ...[
    '9007199254740992',
    "''",
    "'a'",
    "'abc'",
    "'5'",
    "'user:ann'",
    "'user:`b-b`'",
    "'user:⟨b-b⟩'",
    "'1h'",
    "'true'",
    "'2020-01-01T00:00:00Z'",
  ],
  ...[
    'user:ann',
    'user:`b-b`',
    'user:5',
    "user:['a', 1]",
    'room:one',
    "r'room:two'",
    '1h',
    '0s',
    "d'2020-01-01T00:00:00Z'",
  ],
  ...["d'2020-01-01T00:00:00.000000001Z'", "d'1970-01-01T00:00:00Z'", "d'1960-01-01T00:00:00Z'", "b'00FF'", "b''"],
  ...[
    "u'018f6a1e-0000-7000-8000-000000000000'",
    "'018f6a1e-0000-7000-8000-000000000000'",
    "u'00000000-0000-0000-0000-000000000000'",
  ],
  ...[
    '[]',
    '[1]',
    '[5]',
    "['5']",
    "['a', 'b']",
    "['admin']",
    '[user:ann]',
    "['user:ann']",
    "[user:ann, 'x']",
    '[NONE]',
    '[NULL]',
    '[[1]]',
  ],
  ...[
    '{}',
    '{ a: 1 }',
    '{ admin: true }',
    "{ a: 'admin' }",
    '<set>[]',
    '<set>[1, 5]',
    '<set>[user:ann]',
    '(1, 2)',
    '1..5',
    '1..=5',
    "type::table('user')",
  ],
];

const OPERANDS = [
  ...[
    '$auth',
    '$auth.id',
    '$auth.role',
    '$auth.level',
    '$auth.nothing',
    '$auth.tags',
    '$auth.since',
    '$auth.big',
    '$auth.friends',
  ],
  ...[
    '$auth.mixed',
    '$auth.boss',
    '$auth->member->room',
    '$auth.boss.role',
    '$token.ID',
    '$token.AC',
    '$access',
    'NONE',
    'NULL',
    'true',
    '5',
    '5.5',
  ],
  ...[
    "'5'",
    "'user:ann'",
    '1h',
    "d'2020-01-01T00:00:00Z'",
    'user:ann',
    "'a'",
    "''",
    '[]',
    '[1]',
    '{ a: 1 }',
    "['a', 'b']",
    '$auth.level + 1',
  ],
  ...[
    "u'018f6a1e-0000-7000-8000-000000000000'",
    "b'00FF'",
    "'2020-01-01T00:00:00Z'",
    '9007199254740993',
    '5dec',
    'string::lowercase($auth.loud)',
  ],
];
const OPERATORS = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'IN',
  'NOT IN',
  'CONTAINS',
  'CONTAINSNOT',
  'CONTAINSANY',
  'CONTAINSALL',
  'CONTAINSNONE',
];

const COMPOSED = [
  'x',
  '!x',
  'x AND y',
  'x OR y',
  '!(x AND y) OR x = 5',
  "$auth.role = 'admin' AND x",
  "$auth.role = 'guest' OR x = $auth.id",
  "!($auth.role = 'admin')",
  '$auth.id IN x',
  '$auth IN x OR y > 2',
  '5 <= x',
  "'a' IN x",
  'x IN [$auth, 5, NONE]',
  'x NOT IN [$auth.level, $auth.role]',
  "(x = 5 OR x = 'a') AND (y = 1 OR y = 2)",
  'x = 5 OR x = 1 AND y = 3',
  '$auth.tags CONTAINS x',
  'true',
  'false',
  'NONE',
  '$auth.level',
  '$auth.level > 3 AND $auth.level < 9',
  'y = 1 AND x != NONE AND x != NULL',
  '`x` = $auth',
];

describe('the condition of a permission', () => {
  let server: SurrealProcess;
  let root: Surreal;
  let ann: Surreal;
  let questions: Questions;
  let rows: readonly DatabaseRow[];
  let user: { auth: RecordId; access: string; token: unknown; session: unknown };
  const config = Object.assign(new Config(), { surrealNamespace: 'test', surrealDatabase: 'rights' });
  beforeAll(async () => {
    server = await startSurreal({ ...(bin && { bin }) });
    const settings = { surrealUrl: server.url, surrealUsername: 'root', surrealPassword: 'root' };
    questions = new Questions(Object.assign(config, settings), new DatabaseProcess(config));
    root = await connect();
    await root.query(
      `DEFINE NAMESPACE IF NOT EXISTS test; USE NS test; DEFINE DATABASE IF NOT EXISTS rights; USE DB rights;
       DEFINE TABLE user; DEFINE TABLE room; DEFINE TABLE member TYPE RELATION; DEFINE TABLE t;
       DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name);
       CREATE user:boss SET role = 'boss'; CREATE room:one; CREATE room:two;
       CREATE user:ann SET name = 'ann', role = 'admin', level = 5, tags = ['a', 'admin', 5], since = d'2020-01-01T00:00:00Z',
         big = 9007199254740993, friends = [user:\`b-b\`, user:5], mixed = ['5', 5, user:ann, NONE, NULL, true], boss = user:boss, loud = 'A';
       RELATE user:ann->member->room:one; RELATE user:ann->member->room:two; RELATE user:boss->member->room:one;`,
    );
    await root.use({ namespace: 'test', database: 'rights' });
    for (const [n, value] of VALUES.entries()) {
      await root.query(`CREATE type::record('t', ${n}) SET x = ${value}, y = ${n % 4}`);
    }
    [rows] = await root.query<[DatabaseRow[]]>('SELECT * FROM t ORDER BY id');
    ann = await connect();
    await ann.signin({ namespace: 'test', database: 'rights', access: 'people', variables: { name: 'ann' } });
    const [who] = await ann.query<[{ auth: RecordId; access: string; token: unknown; session: unknown }]>(
      'RETURN { auth: $auth, access: $access, token: $token, session: $session }',
    );
    user = who;
  });
  afterAll(async () => {
    await questions.onApplicationShutdown();
    await Promise.all([root, ann].map((session) => session.close()));
    await server.stop();
  });

  async function connect(): Promise<Surreal> {
    const session = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket });
    await session.connect(server.url, { authentication: { username: 'root', password: 'root' }, reconnect: false });
    return session;
  }

  /** What the table's permission shows her, and what the condition does. */
  async function bothWays(written: string) {
    await root.query(`DEFINE TABLE OVERWRITE t PERMISSIONS FOR select WHERE ${written}`);
    const [info] =
      await root.query<[{ tables: { name: string; permissions: { select: boolean | string } }[] }]>(
        'INFO FOR DB STRUCTURE',
      );
    const select = String(info.tables.find(({ name }) => name === 't')?.permissions.select);
    const [seen] = await ann.query<[RecordId[]]>('SELECT VALUE id FROM t ORDER BY id');
    const expression = parseExpression(select);
    const [answer] = await askConstants(questions, [{ user, texts: askedTexts({ expression }) }]);
    if (answer?.kind !== 'constants') throw new Error(JSON.stringify(answer));
    const condition = rowCondition({ expression }, answer.constants, new RowQuestions());
    const test = compileCondition(condition);
    const clause = toSurrealql(condition);
    const [found] = await root.query<[DatabaseRow[]]>(
      `SELECT * FROM t WHERE ${clause.text} ORDER BY id`,
      clause.bindings,
    );
    canonicalText(condition);
    return {
      select,
      database: seen.map(recordIdText),
      here: rows.filter(test).map(idOf),
      pushedDown: found.filter(test).map(idOf),
    };
  }

  it.each(COMPOSED)('shows what the database does: %s', async (written) => {
    const { database, here, pushedDown } = await bothWays(written);
    expect(here).toEqual(database);
    expect(pushedDown).toEqual(database);
  });

  it.each(OPERATORS.flatMap((operator) => OPERANDS.map((operand) => `x ${operator} ${operand}`)))(
    'shows what the database does, or says that it cannot: %s',
    async (written) => {
      const outcome = await bothWays(written).catch((error: unknown) => error as Error);
      if (outcome instanceof Error) return expect(outcome.name).toMatch(/^(InexactValue|UnsupportedExpression)$/);
      expect({ written, rows: shown(outcome.here) }).toEqual({ written, rows: shown(outcome.database) });
      expect(outcome.pushedDown).toEqual(outcome.database);
    },
  );

  function shown(ids: readonly string[]): readonly string[] {
    return ids.map((id) => VALUES[Number(id.slice(2))] ?? id);
  }
});

function idOf(row: DatabaseRow): string {
  return recordIdText(row['id'] as RecordId);
}
