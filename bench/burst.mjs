/**
 * One burst of writes, twice in one run: told by the gateway, and told by the official SDK's own live queries, to the same
 * subscriptions (one to the whole table, the others to a group each). Prints what each of them lost and repeated; the
 * judge is the database's changefeed, read afresh.
 *
 *   npm run build && node bench/burst.mjs [--writes 20000] [--groups 100] [--surreal path/to/surreal]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSurreal } from '@edge-hive/surreal-server';
import { RecordId, Table, eq } from 'surrealdb';
import { WebSocket } from 'ws';
import { connectDatabase, prepareDatabase } from './load/database-client.mjs';
import { databaseEnv } from './peers/database.mjs';
import { ServerProcess } from './peers/server-process.mjs';

const { values } = parseArgs({
  options: {
    writes: { type: 'string', default: '20000' },
    groups: { type: 'string', default: '100' },
    surreal: { type: 'string' },
  },
});
const WRITES = Number(values.writes);
const GROUPS = Number(values.groups);
const WRITERS = 16;
const BULK_ROWS = Math.min(5_000, WRITES / 4);
/** Nothing has come for so long: nothing more will. */
const QUIET_MS = 3_000;

const data = await mkdtemp(join(tmpdir(), 'edge-hive-bench-'));
const database = await startSurreal({ data, ...(values.surreal && { bin: values.surreal }) });
const gateway = await ServerProcess.start(fileURLToPath(new URL('../dist/main.js', import.meta.url)), {
  // In development this machine needs no token.
  env: { NODE_ENV: 'development', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', ...databaseEnv(database) },
});
try {
  console.log(`| told by | writes | seconds | expected | delivered | lost | repeated |`);
  console.log(`| --- | ---: | ---: | ---: | ---: | ---: | ---: |`);
  await measure('gateway', 'told_by_gateway', subscribeGateway);
  await measure('SDK live queries', 'told_by_sdk', subscribeSdk);
} finally {
  await gateway.stop();
  await database.stop();
  await rm(data, { recursive: true, force: true });
}

async function measure(name, table, subscribe) {
  await prepareDatabase(database.url, [table]);
  const root = await connectDatabase(database.url);
  const filters = [undefined, ...Array.from({ length: GROUPS }, (_, group) => group)];
  const { subscriptions, close } = await subscribe(table, filters);
  const began = performance.now();
  await burst(table);
  const seconds = (performance.now() - began) / 1_000;
  const changes = await readFeed(root, table);
  await quiet(subscriptions);
  let [expected, delivered, lost, repeated] = [0, 0, 0, 0];
  for (const { group, told } of subscriptions) {
    const wanted = changes.filter((change) => group === undefined || change.group === group).length;
    const distinct = Math.min(new Set(told).size, wanted);
    expected += wanted;
    delivered += distinct;
    lost += wanted - distinct;
    repeated += told.length - new Set(told).size;
  }
  const cells = [name, changes.length, seconds.toFixed(1), expected, delivered, lost, repeated];
  console.log(`| ${cells.join(' | ')} |`);
  await close();
  await root.close();
}

/** Single statements and bulk inserts. Records keep their group and are told apart by their versions. */
async function burst(table) {
  const bulks = 2;
  const each = Math.ceil((WRITES - bulks * BULK_ROWS) / WRITERS);
  const connections = await Promise.all(Array.from({ length: WRITERS }, () => connectDatabase(database.url)));
  await Promise.all(
    connections.map(async (connection, writer) => {
      if (writer < bulks) {
        const rows = Array.from({ length: BULK_ROWS }, (_, row) => ({
          id: new RecordId(table, `bulk-${writer}-${row}`),
          group: row % GROUPS,
          version: 0,
        }));
        await connection.query(`INSERT INTO ${table} $rows RETURN NONE`, { rows });
      }
      for (let version = 0; version < each; version += 1) {
        const record = new RecordId(table, `w-${writer}-${version >> 2}`);
        const group = (writer * 7 + (version >> 2)) % GROUPS;
        await write(connection, { record, group, version });
      }
      await connection.close();
    }),
  );
}

async function write(connection, bindings) {
  try {
    await connection.query('UPSERT $record SET group = $group, version = $version RETURN NONE', bindings);
  } catch (error) {
    if (!String(error).includes('conflict')) throw error;
    await write(connection, bindings);
  }
}

async function subscribeGateway(table, filters) {
  const subscriptions = await Promise.all(
    filters.map(async (group) => {
      const socket = new WebSocket(`ws://${gateway.host}:${gateway.port}/api/v1/realtime`);
      const told = [];
      await new Promise((resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', () => {
          const filter = group === undefined ? {} : { filter: { group } };
          socket.send(JSON.stringify({ type: 'subscribe', topic: table, ...filter }));
        });
        socket.on('message', (text) => {
          const frame = JSON.parse(text);
          if (frame.type === 'subscribed') resolve();
          else if (frame.type === 'event') told.push(`${frame.data.id} ${frame.data.version}`);
        });
      });
      return { group, told, socket };
    }),
  );
  return { subscriptions, close: async () => subscriptions.forEach(({ socket }) => socket.close()) };
}

async function subscribeSdk(table, filters) {
  const connections = [];
  const subscriptions = [];
  // One after the other: live queries that are made at once conflict.
  for (const group of filters) {
    const connection = await connectDatabase(database.url);
    connections.push(connection);
    const query = connection.live(new Table(table));
    const live = await (group === undefined ? query : query.where(eq('group', group)));
    const told = [];
    live.subscribe(({ recordId, value }) => told.push(`${recordId} ${value.version}`));
    subscriptions.push({ group, told });
  }
  return { subscriptions, close: () => Promise.all(connections.map((connection) => connection.close())) };
}

async function readFeed(root, table) {
  const entries = new Map();
  for (let since = 0n; ;) {
    const [page] = await root.query(`SHOW CHANGES FOR DATABASE SINCE ${since} LIMIT 500`);
    for (const entry of page) entries.set(entry.versionstamp, entry);
    const last = page.at(-1)?.versionstamp;
    if (last === undefined || last === since) break;
    since = last;
  }
  return [...entries.values()]
    .flatMap(({ changes }) => changes)
    .map(({ current, update }) => current ?? update)
    .filter((row) => row?.id?.table.name === table)
    .map(({ group }) => ({ group }));
}

async function quiet(subscriptions) {
  const count = () => subscriptions.reduce((sum, { told }) => sum + told.length, 0);
  for (let before = -1; before !== count();) {
    before = count();
    await delay(QUIET_MS);
  }
}
