/**
 * One burst of writes, twice in one run: told by the gateway, and told by the official SDK's own live queries, to the same
 * subscriptions (one to the whole table, the others to a group each). Prints what each of them lost and repeated; the
 * judge is the database's changefeed, read afresh.
 *
 *   npm run build && node bench/burst.mjs [--writes 20000] [--groups 100] [--surreal path/to/surreal]
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startSurreal } from '@edge-hive/surreal-server';
import { RecordId, Surreal, Table, eq } from 'surrealdb';
import { WebSocket } from 'ws';

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
const gateway = await startGateway();
try {
  console.log(`| told by | writes | seconds | expected | delivered | lost | repeated |`);
  console.log(`| --- | ---: | ---: | ---: | ---: | ---: | ---: |`);
  await measure('gateway', 'told_by_gateway', subscribeGateway);
  await measure('SDK live queries', 'told_by_sdk', subscribeSdk);
} finally {
  gateway.kill('SIGTERM');
  await database.stop();
  await rm(data, { recursive: true, force: true });
}

async function measure(name, table, subscribe) {
  const root = await connect();
  await root.query(`DEFINE TABLE ${table} CHANGEFEED 3d INCLUDE ORIGINAL`);
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
  const connections = await Promise.all(Array.from({ length: WRITERS }, connect));
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
      const socket = new WebSocket(gateway.url);
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
    const connection = await connect();
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

async function connect() {
  const connection = new Surreal({ websocketImpl: WebSocket });
  const authentication = { username: 'root', password: 'root' };
  await connection.connect(database.url, { authentication });
  await connection.query('DEFINE NAMESPACE IF NOT EXISTS main');
  await connection.use({ namespace: 'main' });
  await connection.query('DEFINE DATABASE IF NOT EXISTS main');
  await connection.use({ namespace: 'main', database: 'main' });
  return connection;
}

async function startGateway() {
  const { PATH } = process.env;
  const env = { PATH, PORT: '0', HOST: '127.0.0.1', SURREAL_URL: database.url, LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: { ...env, SURREAL_USERNAME: 'root', SURREAL_PASSWORD: 'root' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^listening on http:\/\/(\S+)$/.exec(line)?.[1];
    if (address) return { kill: (signal) => child.kill(signal), url: `ws://${address}/api/v1/realtime` };
  }
  throw new Error('The gateway did not start.');
}
