import { connectDatabase } from '../load/database-client.mjs';
import { measure } from '../measure/measure.mjs';
import { usage } from '../measure/usage.mjs';
import { databaseEnv, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { liveQueries } from '../peers/live-queries.mjs';
import { recordUsers } from '../peers/record-users.mjs';
import { onStage } from '../stage.mjs';
import { startWriters } from './table-writers.mjs';

/** Permissions under which each user sees the rows of its own group. */
const PERMISSIONS = {
  '=': 'group = $auth.group',
  CONTAINS: 'groups CONTAINS $auth.group',
  link: 'place.group = $auth.group',
};
const PRINCIPALS = [10, 10_000];
const QUICK_PRINCIPALS = [10, 1_000];
/** What a link leads to is asked of the database with each change, for each of them. */
const LINKED_PRINCIPALS = [1, 10, 100];
/** More of them take minutes to make, and stop the writers altogether. */
const LIVE_QUERIES = [10, 100, 1_000];
const QUICK_LIVE_QUERIES = [10, 100];
const RATE = 200;
const SETTLE_SECONDS = 30;
/** The tables take turns, so that what else the machine does counts for all. */
const ROUNDS = 5;
/** Keys and a policy would say more than the database does. What may be asked a second is unlimited, for all to sign in in time. */
const ENV = {
  JWT_SECRET: '',
  POLICY_FILE: '',
  AUTH_TIMEOUT_MS: '600000',
  LIMIT_SIGN_INS_PER_SECOND: '100000',
  LIMIT_TOKENS_WAITING: '100000',
  LIMIT_SIGN_IN_SESSIONS: '16',
  LIMIT_FILTER_BYTES_TOTAL: String(2 ** 30),
};

export const permissions = {
  name: 'permissions',
  title:
    'What a change costs that one of so many record users may see, each with rows of its own, by permissions of the database; and what writers keep that write as fast as they can',
  peers: [edgeHive, liveQueries],
  columns: ['offered', 'serverChange', 'cost', 'written', 'kept', 'missing', 'p50', 'p99', 'databaseCpu', 'serverCpu'],
  async run(peer, context) {
    if (peer === liveQueries) {
      for (const count of context.quick ? QUICK_LIVE_QUERIES : LIVE_QUERIES) {
        await onStage(context, (stage) => floodLiveQueries(stage, count, context));
      }
      return;
    }
    await onStage(context, (stage) => serve(stage, context));
  },
};

async function serve(stage, { report, seconds, quick }) {
  const counts = quick ? QUICK_PRINCIPALS : PRINCIPALS;
  const tables = Object.keys(PERMISSIONS).flatMap((operator, kind) =>
    (operator === 'link' ? LINKED_PRINCIPALS : counts).map((count) => {
      return { operator, count, name: `seen_${kind}_${count}`, rounds: [] };
    }),
  );
  const database = await stage.add(startDatabase(tables.map(({ name }) => name)));
  for (const { name, operator } of tables) await permit(database, name, operator);
  const tokens = await recordUsers(database, Math.max(...counts));
  for (const table of tables) {
    table.writers = await startWriters(stage, database, table.name, table.count);
    table.alone = await flood(table.writers, database, seconds);
  }
  const server = await stage.server(edgeHive, { env: { ...databaseEnv(database), ...ENV } });
  for (const count of new Set(tables.map((table) => table.count))) {
    const same = tables.filter((table) => table.count === count);
    const topics = same.map(({ name }) => ({ topic: name }));
    const clients = await subscribe(stage, server, tokens.slice(0, count), topics);
    for (const table of same) table.clients = clients;
  }
  for (const table of tables) await pace(table, seconds);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const table of tables) {
      let written = 0;
      const work = async () => (written = await pace(table, seconds));
      const figures = await measure(server, table.clients, work, { sampleEvery: 1 });
      const serverMicroseconds = (figures.serverCpuSeconds / written) * 1e6;
      table.rounds.push({ ...figures, serverMicroseconds, missing: 1 - figures.deliveries / written });
    }
  }
  for (const table of tables) {
    const figures = median(table.rounds);
    const { serverMicroseconds: least } = median(tables.find(({ operator }) => operator === table.operator).rounds);
    report({
      case: `${table.operator}, ${table.count} principals`,
      offered: RATE,
      ...figures,
      cost: figures.serverMicroseconds / least,
    });
  }
  for (const table of tables) {
    const figures = await measure(server, table.clients, async () => {
      table.flooded = await flood(table.writers, database, seconds);
      await table.clients.call('settle', { seconds: SETTLE_SECONDS, expected: table.flooded.writes.acknowledgements });
    });
    report({ case: `${table.operator}, ${table.count} principals, flood`, ...figures, ...flooded(table, figures) });
  }
}

/** A live query of each user's own, under the same permission: no service. */
async function floodLiveQueries(stage, count, { report, seconds }) {
  const table = { name: 'seen' };
  const database = await stage.add(startDatabase([table.name]));
  await permit(database, table.name, '=');
  const tokens = await recordUsers(database, count);
  table.writers = await startWriters(stage, database, table.name, count);
  table.alone = await flood(table.writers, database, seconds);
  const clients = stage.load('live-clients');
  await clients.call('connect', { url: database.url, table: table.name, tokens });
  const figures = await measure(database, clients, async () => {
    table.flooded = await flood(table.writers, database, seconds);
    await clients.call('settle', { seconds: SETTLE_SECONDS, expected: table.flooded.writes.acknowledgements });
  });
  const { serverCpuShare: _, ...rest } = figures;
  report({ case: `=, ${count} principals, flood`, ...rest, ...flooded(table, figures) });
}

async function permit({ url }, table, operator) {
  const root = await connectDatabase(url);
  await root.query(`ALTER TABLE ${table} PERMISSIONS FOR select WHERE ${PERMISSIONS[operator]};
    DEFINE FIELD groups ON ${table} VALUE [group];
    DEFINE TABLE IF NOT EXISTS place TYPE NORMAL CHANGEFEED 1h INCLUDE ORIGINAL;
    DEFINE FIELD place ON ${table} TYPE record<place> VALUE type::record('place', group);
    FOR $n IN 0..100 { UPSERT type::record('place', $n) SET group = $n }`);
  await root.close();
}

/** Each record user over a connection of its own, subscribed to each of the topics. */
async function subscribe(stage, { host, port }, tokens, topics) {
  const clients = stage.load();
  const { length: count } = tokens;
  await clients.call('connect', { dialect: 'edge-hive-topics', host, port, count, tokens, targets: [topics] });
  return clients;
}

/** @returns how many writes there were */
async function pace({ writers, clients }, seconds) {
  await writers.call('begin');
  await writers.call('pace', { rate: RATE, seconds });
  const { acknowledgements } = await writers.call('end');
  await clients.call('settle', { seconds: SETTLE_SECONDS, expected: acknowledgements });
  return acknowledgements;
}

async function flood(writers, database, seconds) {
  await writers.call('begin');
  const used = await usage(database.pid, () => writers.call('flood', { seconds }));
  return { writes: await writers.call('end'), databaseCpuShare: used.cpuShare };
}

function flooded({ alone, flooded: { writes, databaseCpuShare } }, { deliveries }) {
  return {
    writes,
    databaseCpuShare,
    kept: writes.perSecond / alone.writes.perSecond,
    missing: 1 - deliveries / writes.acknowledgements,
  };
}

function median(rounds) {
  return rounds.toSorted((a, b) => a.serverMicroseconds - b.serverMicroseconds)[Math.floor(rounds.length / 2)];
}
