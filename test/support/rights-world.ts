import { deepStrictEqual } from 'node:assert';
import type { Surreal } from 'surrealdb';
import { encodeRow } from '../../src/values/encode.js';
import type { DatabaseRow } from '../../src/values/path.js';
import { TestClient } from './client.js';
import { sharedDatabase, type TestDatabase } from './database.js';
import { startGateway, type Gateway } from './gateway.js';
import { FIELDS, FUNCTIONS, type Schema } from './permission-arbitraries.js';
import { RowFold } from './row-fold.js';
import { databaseEnv } from './service.js';

const NAMES = ['a', 'b', 'c'] as const;
const FEED = 'CHANGEFEED 1h INCLUDE ORIGINAL';
const LIMITS = { LIMIT_COMMANDS_PER_SECOND: '10000', LIMIT_COMMANDS_BURST: '10000' };
/** Worlds may go on in the background of a machine that has much else to do. */
const [SETTLE_MS, START_MS] = [120_000, 120_000];
/** Cases after which everybody connects anew, so that what came doesn't fill the memory of a long run. */
const CASES_OF_A_CLIENT = 50;

const SETUP = `
  DEFINE TABLE user ${FEED}; DEFINE TABLE member TYPE RELATION ${FEED}; DEFINE TABLE org ${FEED};
  DEFINE TABLE room TYPE NORMAL ${FEED} PERMISSIONS FOR select FULL;
  DEFINE FIELD members ON room TYPE option<array<record<user>>>; DEFINE FIELD owner ON room TYPE option<record<user>>;
  DEFINE FIELD org ON user TYPE option<record<org>>; ${FUNCTIONS}
  DEFINE TABLE marks PERMISSIONS FULL; CREATE org:free SET plan = 'free'; CREATE org:pro SET plan = 'pro'; CREATE room:1, room:2;
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 24h;
  ${NAMES.map((name) => `CREATE user:${name} SET name = '${name}', level = 2, tags = ['a'], friends = [user:b], org = org:pro`).join(';')}`;

interface Person {
  readonly name: string;
  readonly session: Surreal;
  readonly token: string;
  client: TestClient;
  /** What it could select at some time since its client is connected. */
  readonly shown: Set<string>;
}

/** Texts that are written in one case, and what of them each person could select at some time. */
interface Account {
  readonly written: string[];
  readonly shown: readonly Set<string>[];
}

/** A database and a gateway of their own, and record users who hold what they are told against what they may select. */
export class RightsWorld {
  readonly seen = { cases: 0, refused: 0, rightsChanged: 0, rows: 0, hidden: 0 };
  private people: readonly Person[] = [];
  private tables = 0;
  private canaries = 0;

  private constructor(
    private readonly database: TestDatabase,
    private readonly root: Surreal,
    private readonly gateway: Gateway,
  ) {}

  static async open(): Promise<RightsWorld> {
    const database = sharedDatabase();
    const root = await database.connect();
    await root.query(SETUP);
    const env = { ...databaseEnv(database), ...LIMITS, JWT_SECRET: '', RIGHTS: 'surrealdb' };
    const gateway = await startGateway(env, { startMs: START_MS });
    const world = new RightsWorld(database, root, gateway);
    world.people = await Promise.all(NAMES.map((name) => world.signIn(name)));
    return world;
  }

  async close(): Promise<void> {
    await Promise.all(this.people.map(({ client }) => client.close()));
    await this.gateway.stop();
    await this.database.stop();
  }

  /** One schema and some writes: what everybody has at the end is what it selects, and nobody was told anything else meanwhile. */
  async check(schema: Schema, writes: readonly string[]): Promise<void> {
    const table = `t${(this.tables += 1)}`;
    await this.define(table, schema);
    const starts = this.people.map(({ client }) => client.frames.length);
    const folds = this.people.map(({ client }) => new RowFold(client, table));
    await this.settle(folds);
    const account = await this.write(table, writes);
    await this.settle(folds);
    if (folds.some(({ forbidden }) => forbidden)) {
      for (const fold of folds) fold.retry();
      await this.settle(folds);
    }
    for (const [n, person] of this.people.entries()) {
      const [fold, shown] = [folds[n], account.shown[n]];
      if (!fold || !shown) continue;
      const what = `${person.name} under ${schema.select}, note ${schema.note}, after ${writes.join('; ')}`;
      const bytes = JSON.stringify(person.client.frames.slice(starts[n]));
      const leaked = account.written.filter((canary) => bytes.includes(`"${canary}"`) && !shown.has(canary));
      deepStrictEqual({ what, leaked }, { what, leaked: [] });
      deepStrictEqual({ what, forbidden: fold.forbidden }, { what, forbidden: schema.refused });
      if (schema.refused) continue;
      await this.compare(what, person, fold);
      this.seen.hidden += account.written.length - shown.size;
      this.seen.rightsChanged += fold.rightsChanged;
      fold.leave();
    }
    // Definitions are read as a whole again and again: they are to be as many in the last case as in the first.
    await this.root.query(`REMOVE TABLE ${table}`);
    this.seen.cases += 1;
    if (schema.refused) this.seen.refused += 1;
    if (this.seen.cases % CASES_OF_A_CLIENT === 0) await this.connectAnew();
  }

  /** No byte that came since the clients are connected, of whatever case, says what could never be selected. */
  checkFrames(): void {
    for (const { name, client, shown } of this.people) {
      const told = JSON.stringify(client.frames).match(/"(?:note-)?canary\d+x"/g) ?? [];
      const leaked = told.filter((canary) => !shown.has(canary.slice(1, -1)));
      deepStrictEqual({ name, leaked }, { name, leaked: [] });
    }
  }

  private async define(table: string, { select, note }: Schema): Promise<void> {
    const links = Object.entries(FIELDS).map(([name, kind]) => `DEFINE FIELD ${name} ON ${table} TYPE ${kind};`);
    await this.root.query(
      `DEFINE TABLE ${table} ${FEED} PERMISSIONS ${select}; ${links.join(' ')} DEFINE FIELD note ON ${table} PERMISSIONS ${note}`,
    );
  }

  private async write(table: string, writes: readonly string[]): Promise<Account> {
    const account: Account = { written: [], shown: this.people.map(() => new Set<string>()) };
    for (const text of writes) {
      const canary = `canary${(this.canaries += 1)}x`;
      account.written.push(canary, `note-${canary}`);
      await this.root.query(text.replaceAll('$table', table).replaceAll('$canary', canary));
      await Promise.all(this.people.map((person, n) => this.look(person, table, account, account.shown[n])));
    }
    return account;
  }

  private async look(
    person: Person,
    table: string,
    { written }: Account,
    shown: Set<string> | undefined,
  ): Promise<void> {
    const rows = (await selected(person, table)).join();
    for (const canary of written) {
      if (!rows.includes(`"${canary}"`)) continue;
      shown?.add(canary);
      person.shown.add(canary);
    }
  }

  private async compare(what: string, person: Person, fold: RowFold): Promise<void> {
    const rows = await selected(person, fold.topic);
    const known = () => [...fold.rows.values()].map((row) => JSON.stringify(row)).sort();
    // Where the database is asked for each row, what others are told doesn't wait for that.
    const isThrough = () => fold.advance() && known().join() === rows.join();
    await person.client.until(isThrough, SETTLE_MS).catch(() => undefined);
    deepStrictEqual({ what, rows: known() }, { what, rows });
    this.seen.rows += rows.length;
  }

  /** Waits until all that was written is told to everybody, and whoever was told to has subscribed again. */
  private async settle(folds: readonly RowFold[]): Promise<void> {
    const mark = `marks:m${(this.canaries += 1)}`;
    const starts = folds.map(({ client }) => client.frames.length);
    await this.root.query(`CREATE ${mark}`);
    for (const [n, fold] of folds.entries()) {
      const { client } = fold;
      const news = () => client.frames.slice(starts[n]);
      const isTold = () => news().some((frame) => frame.type === 'event' && frame.data.id === mark);
      await client.until(() => isTold() && fold.advance(), SETTLE_MS);
    }
  }

  private async connectAnew(): Promise<void> {
    this.checkFrames();
    await Promise.all(
      this.people.map(async (person) => {
        await person.client.close();
        person.shown.clear();
        person.client = await this.connect(person.token);
      }),
    );
  }

  private async signIn(name: string): Promise<Person> {
    const session = await this.database.connect();
    const { namespace, database } = this.database;
    const { access: token } = await session.signin({ namespace, database, access: 'people', variables: { name } });
    return { name, session, token, client: await this.connect(token), shown: new Set() };
  }

  private async connect(token: string): Promise<TestClient> {
    const client = await TestClient.connect(this.gateway.url, { token });
    await client.next('welcome');
    client.send({ type: 'subscribe', id: 'marks', topic: 'marks' });
    await client.reply('marks');
    return client;
  }
}

async function selected({ session }: Person, table: string): Promise<string[]> {
  const [rows] = await session.query<[DatabaseRow[]]>(`SELECT * FROM ${table}`);
  return rows.map(encodeRow).sort();
}
