/**
 * What a bystander waits for an event where others have filled what filters may take: distinct lists of `nin`, of record ids, on a
 * table that anybody reads, and on one of which the policy hides rows. Beside it, in turns, a table without them.
 *
 *   npm run build && node bench/hostile-filters.mjs [--surreal path/to/surreal] [--realtime] [--replays 10]
 *
 * `--realtime` lets the service, the database and the writer go before all else while they are measured, where others use the
 * machine: it needs the right to (`chrt -f`).
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSurreal } from '@edge-hive/surreal-server';
import { WebSocket } from 'ws';
import { connectDatabase, prepareDatabase } from './load/database-client.mjs';
import { cpuSeconds } from './measure/process-stat.mjs';
import { databaseEnv } from './peers/database.mjs';
import { edgeHive } from './peers/edge-hive.mjs';

const { values } = parseArgs({
  options: {
    surreal: { type: 'string' },
    realtime: { type: 'boolean', default: false },
    replays: { type: 'string', default: '10' },
  },
});
const POLICY = fileURLToPath(new URL('peers/hostile-policy.json', import.meta.url));
const TABLES = ['open', 'restricted'];
const HOSTILE = 9;
/** Of each list: as many as let all of them fill the bytes and the comparisons alike. */
const ELEMENTS = 880;
const ROUNDS = 4;
const WRITES = 150;
const PAUSE_MS = 4_000;
/** A write every so many ms: nothing waits for the one before. */
const INTERVAL_MS = 15;
const CHANGES = 3_000;
let asked = 0;

for (const crowded of TABLES) {
  const quiet = `${crowded}_quiet`;
  const database = await startSurreal(values.surreal ? { bin: values.surreal } : {});
  const server = await edgeHive.start({ env: { ...databaseEnv(database), POLICY_FILE: POLICY } });
  try {
    await prepareDatabase(database.url, [crowded, quiet]);
    const writer = await connectDatabase(database.url);
    const tokens = edgeHive.tokens(HOSTILE + 1);
    const bystander = await connect(server, tokens[HOSTILE]);
    await subscribe(bystander, { topic: quiet });
    const { cursor, epoch } = await subscribe(bystander, { topic: crowded });
    const filled = await fill(server, crowded, tokens.slice(0, HOSTILE));
    console.log(
      `\n${crowded}: ${filled.streams} filters, ${await metric(server, 'filter_scans')} comparisons, ${await metric(server, 'filter_bytes')} bytes`,
    );
    const tables = { alone: quiet, beside: crowded };
    const figures = { alone: { ms: [], cpu: 0 }, beside: { ms: [], cpu: 0 } };
    await write(writer, bystander, quiet);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, table] of Object.entries(tables)) {
        await delay(PAUSE_MS);
        await hurried([server.pid, database.pid, process.pid], async () => {
          const before = cpuSeconds(server.pid);
          figures[name].ms.push(...(await write(writer, bystander, table)));
          figures[name].cpu += cpuSeconds(server.pid) - before;
        });
      }
    }
    for (const [name, { ms, cpu }] of Object.entries(figures)) {
      console.log(`  ${name}: ${spread(ms)}, ${((cpu * 1_000) / ms.length).toFixed(2)} ms of CPU a change`);
    }
    // Replays alone are measured: what is written before them has been told to all.
    const told = count(bystander, CHANGES);
    await writer.query(`FOR $n IN 0..${CHANGES} { CREATE ${crowded} SET by = person:all }`);
    await told;
    await delay(PAUSE_MS);
    await hurried([server.pid, database.pid, process.pid], () =>
      replays(filled, bystander, crowded, { since: cursor, epoch }),
    );
    for (const { socket } of [bystander, ...filled.clients]) socket.terminate();
    await writer.close();
  } finally {
    await server.stop();
    await database.stop();
  }
}

/** Subscribes until all are refused. One element is in all lists: rows with it are told to nobody. */
async function fill(server, topic, tokens) {
  const clients = [];
  let streams = 0;
  for (const [owner, token] of tokens.entries()) {
    for (let refused = false; !refused;) {
      const client = await connect(server, token);
      client.filters = [];
      clients.push(client);
      for (let n = 0; n < 100; n += 1) {
        const list = Array.from({ length: ELEMENTS }, (_, i) => `person:p${owner}x${streams}x${i}`);
        const filter = { by: { nin: ['person:all', ...list] } };
        const reply = await ask(client, { type: 'subscribe', topic, filter });
        if (reply.type !== 'subscribed') {
          refused = true;
          break;
        }
        client.filters.push({ stream: reply.stream, filter });
        streams += 1;
      }
    }
  }
  return { clients, streams };
}

/** So many subscriptions are resumed at once; meanwhile a bystander subscribes and pings. */
async function replays({ clients }, bystander, topic, from) {
  const comers = clients.filter(({ filters }) => filters.length > 0).slice(0, Number(values.replays));
  for (const client of comers) await ask(client, { type: 'unsubscribe', stream: client.filters[0].stream });
  let done = false;
  const resumed = Promise.all(
    comers.map((client) => ask(client, { type: 'subscribe', topic, filter: client.filters[0].filter, ...from })),
  ).then((replies) => {
    done = true;
    return replies.filter(({ recovered }) => recovered).length;
  });
  const pings = [];
  const subscribes = [];
  const end = performance.now() + 3_000;
  for (let n = 0; performance.now() < end && n < 40; n += 1) {
    pings.push(await timed(() => ask(bystander, { type: 'ping' })));
    subscribes.push(await timed(() => ask(bystander, { type: 'subscribe', topic, filter: { n } })));
  }
  console.log(
    `  ${await resumed} replays of ${CHANGES} changes${done ? '' : ' (not through)'}: ping ${spread(pings)}; subscribe ${spread(subscribes)}`,
  );
}

async function write(writer, bystander, table) {
  const latencies = [];
  let told;
  bystander.onEvent = ({ topic }, at) => topic === table && told?.(at);
  for (let n = 0; n < WRITES; n += 1) {
    const began = performance.now();
    const event = new Promise((resolve) => (told = resolve));
    await writer.query(`CREATE ${table} SET by = person:all`);
    latencies.push((await event) - began);
    await delay(INTERVAL_MS);
  }
  return latencies;
}

function count(client, events) {
  return new Promise((resolve) => {
    client.onEvent = () => (events -= 1) === 0 && resolve();
  });
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function hurried(pids, work) {
  if (!values.realtime) return work();
  const schedule = (...policy) => {
    for (const pid of pids) execFileSync('chrt', ['-a', ...policy, '-p', policy[0] === '-f' ? '5' : '0', String(pid)]);
  };
  schedule('-f');
  try {
    return await work();
  } finally {
    schedule('-o');
  }
}

async function connect({ host, port }, token) {
  const socket = new WebSocket(`ws://${host}:${port}/api/v1/realtime?token=${token}`);
  const client = { socket, replies: new Map(), onEvent: undefined };
  const welcome = new Promise((resolve) => client.replies.set('welcome', resolve));
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    if (frame.type === 'event') return client.onEvent?.(frame, performance.now());
    client.replies.get(frame.id ?? frame.type)?.(frame);
    client.replies.delete(frame.id);
  });
  await once(socket, 'open');
  await welcome;
  return client;
}

function ask(client, command) {
  const id = `c${(asked += 1)}`;
  return new Promise((resolve) => {
    client.replies.set(id, resolve);
    client.socket.send(JSON.stringify({ ...command, id }));
  });
}

async function subscribe(client, request) {
  const reply = await ask(client, { type: 'subscribe', ...request });
  if (reply.type !== 'subscribed') throw new Error(JSON.stringify(reply));
  return reply;
}

async function metric({ host, port }, name) {
  const text = await (await fetch(`http://${host}:${port}/metrics`)).text();
  return new RegExp(`^edge_hive_${name} (\\S+)`, 'm').exec(text)?.[1];
}

function spread(ms) {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
