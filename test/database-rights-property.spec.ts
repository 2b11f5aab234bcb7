import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Surreal } from 'surrealdb';
import { encodeRow } from '../src/values/encode.js';
import type { DatabaseRow } from '../src/values/path.js';
import { TestClient } from './support/client.js';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { FIELDS, schema, write, type Schema } from './support/permission-arbitraries.js';
import { RowFold } from './support/row-fold.js';
import { databaseEnv } from './support/service.js';

/** Schemas that are drawn. Beyond so many milliseconds no further one is begun. */
const CASES = Number(process.env.RIGHTS_CASES ?? 60);
const TIME_MS = Number(process.env.RIGHTS_CASES_MS ?? 120_000);
const SEED = Number(process.env.RIGHTS_SEED ?? Date.now() % 2 ** 31);

const NAMES = ['a', 'b', 'c'];

const FEED = 'CHANGEFEED 1h INCLUDE ORIGINAL';

interface Person {
  readonly name: string;
  readonly session: Surreal;
  readonly client: TestClient;
}

describe('rights from permissions, beside what SurrealDB itself shows', () => {
  let database: TestDatabase;
  let root: Surreal;
  let gateway: Gateway;
  let people: readonly Person[];
  let tables = 0;
  let canaries = 0;
  /** Of all cases, what each person could select at some time. */
  const shownEver = NAMES.map(() => new Set<string>());
  const seen = { cases: 0, refused: 0, rightsChanged: 0, rows: 0, hidden: 0 };
  beforeAll(async () => {
    database = sharedDatabase();
    root = await database.connect();
    await root.query(
      `DEFINE TABLE user ${FEED}; DEFINE TABLE member TYPE RELATION ${FEED}; DEFINE TABLE org ${FEED}; DEFINE TABLE room TYPE NORMAL ${FEED} PERMISSIONS FOR select FULL;
       DEFINE FIELD members ON room TYPE option<array<record<user>>>; DEFINE FIELD owner ON room TYPE option<record<user>>;
       DEFINE FIELD org ON user TYPE option<record<org>>;
       DEFINE TABLE marks PERMISSIONS FULL; CREATE org:free SET plan = 'free'; CREATE org:pro SET plan = 'pro'; CREATE room:1, room:2;
       DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 1h;
       ${NAMES.map((name) => `CREATE user:${name} SET name = '${name}', level = 2, tags = ['a'], friends = [user:b], org = org:pro`).join(';')}`,
    );
    const limits = { LIMIT_COMMANDS_PER_SECOND: '10000', LIMIT_COMMANDS_BURST: '10000' };
    gateway = await startGateway({ ...databaseEnv(database), ...limits, JWT_SECRET: '', RIGHTS: 'surrealdb' });
    people = await Promise.all(NAMES.map(signIn));
  }, 60_000);
  afterAll(() => Promise.all(people.map(({ client }) => client.close())));
  afterAll(() => gateway.stop());
  afterAll(() => database.stop());

  async function signIn(name: string): Promise<Person> {
    const session = await database.connect();
    const { namespace, database: db } = database;
    const { access } = await session.signin({ namespace, database: db, access: 'people', variables: { name } });
    const client = await TestClient.connect(gateway.url, { token: access });
    await client.next('welcome');
    client.send({ type: 'subscribe', id: 'marks', topic: 'marks' });
    await client.reply('marks');
    return { name, session, client };
  }

  async function selected({ session }: Person, table: string): Promise<string[]> {
    const [rows] = await session.query<[DatabaseRow[]]>(`SELECT * FROM ${table}`);
    return rows.map(encodeRow).sort();
  }

  /** Waits until all that was written is told to everybody, and whoever was told to has subscribed again. */
  async function settle(folds: readonly RowFold[]): Promise<void> {
    const mark = `marks:m${(canaries += 1)}`;
    await root.query(`CREATE ${mark}`);
    for (const fold of folds) {
      const told = () => fold.client.frames.some((frame) => frame.type === 'event' && frame.data.id === mark);
      await fold.client.until(() => told() && fold.advance(), 15_000);
    }
  }

  async function check({ select, note, refused }: Schema, writes: readonly string[]): Promise<void> {
    const table = `t${(tables += 1)}`;
    const links = Object.entries(FIELDS).map(([name, kind]) => `DEFINE FIELD ${name} ON ${table} TYPE ${kind};`);
    await root.query(
      `DEFINE TABLE ${table} ${FEED} PERMISSIONS ${select}; ${links.join(' ')} DEFINE FIELD note ON ${table} PERMISSIONS ${note}`,
    );
    const starts = people.map(({ client }) => client.frames.length);
    const folds = people.map(({ client }) => new RowFold(client, table));
    const shown = people.map(() => new Set<string>());
    const written: string[] = [];
    await settle(folds);
    for (const text of writes) {
      const canary = `canary${(canaries += 1)}x`;
      written.push(canary, `note-${canary}`);
      await root.query(text.replaceAll('$table', table).replaceAll('$canary', canary));
      for (const [n, person] of people.entries()) {
        const rows = (await selected(person, table)).join();
        for (const one of written)
          if (rows.includes(`"${one}"`)) for (const some of [shown, shownEver]) some[n]?.add(one);
      }
    }
    await settle(folds);
    for (const fold of folds) fold.retry();
    await settle(folds);
    for (const [n, person] of people.entries()) {
      const fold = folds[n];
      if (!fold) continue;
      const what = `${person.name} under ${select}, note ${note}, after ${writes.join('; ')}`;
      const bytes = JSON.stringify(person.client.frames.slice(starts[n]));
      const leaked = written.filter((canary) => bytes.includes(`"${canary}"`) && !shown[n]?.has(canary));
      expect({ what, leaked }).toEqual({ what, leaked: [] });
      expect({ what, forbidden: fold.forbidden }).toEqual({ what, forbidden: refused });
      if (refused) continue;
      const rows = await selected(person, table);
      const known = () => [...fold.rows.values()].map((row) => JSON.stringify(row)).sort();
      // Where the database is asked for each row, what others are told doesn't wait for that.
      const isThrough = () => fold.advance() && known().join() === rows.join();
      await person.client.until(isThrough, 15_000).catch(() => undefined);
      expect({ what, rows: known() }).toEqual({ what, rows });
      seen.rows += rows.length;
      seen.hidden += written.length - (shown[n]?.size ?? 0);
      seen.rightsChanged += fold.rightsChanged;
      fold.leave();
    }
    seen.cases += 1;
    if (refused) seen.refused += 1;
  }

  it(
    'end with what each principal selects, and never say what it could not',
    async () => {
      const cases = fc.asyncProperty(schema, fc.array(write, { minLength: 4, maxLength: 12 }), check);
      await fc.assert(cases, {
        numRuns: CASES,
        seed: SEED,
        interruptAfterTimeLimit: TIME_MS,
        endOnFailure: true,
        reporter: ({ failed, errorInstance }) => {
          if (failed) throw new Error(`with RIGHTS_SEED=${SEED}: ${(errorInstance as Error).message}`);
        },
      });
      for (const [n, { client }] of people.entries()) {
        const told = JSON.stringify(client.frames).match(/"(?:note-)?canary\d+x"/g) ?? [];
        expect(told.filter((canary) => !shownEver[n]?.has(canary.slice(1, -1)))).toEqual([]);
      }
      // It would say nothing if nobody saw anything, or all saw everything.
      for (const [what, count] of Object.entries(seen)) expect(`${what}: ${count}`).not.toMatch(/: 0$/);
      // eslint-disable-next-line no-console -- how many cases were drawn is the result of a long run
      console.log(JSON.stringify({ ...seen, seed: SEED }));
    },
    TIME_MS + 60_000,
  );
});
