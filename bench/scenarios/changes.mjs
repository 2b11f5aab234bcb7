import { feedReads } from '../measure/feed-reads.mjs';
import { usage } from '../measure/usage.mjs';
import { databaseEnv, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { leastFeed } from '../peers/least-feed.mjs';
import { onStage } from '../stage.mjs';
import { startWriters } from './table-writers.mjs';

const TABLE = 'changed';
const RATES = [100, 500, 1_000];
const SUBSCRIBERS = [1, 1_000];
const WARM_UP_RATE = 300;
const LEAST_SECONDS = 6;
const SETTLE_SECONDS = 20;

export const changes = {
  name: 'changes',
  title: 'CPU that a change costs: the service, and the database beside what it spends on the write itself',
  peers: [edgeHive, leastFeed],
  columns: ['written', 'missing', 'p50', 'writersP50', 'serverChange', 'databaseChange', 'databaseExtra', 'reads'],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const seconds = Math.max(context.seconds, LEAST_SECONDS);
      const database = await stage.add(startDatabase([TABLE]));
      const writers = await startWriters(stage, database, TABLE, 1);
      await writers.call('pace', { rate: WARM_UP_RATE, seconds });
      const alone = new Map();
      for (const rate of RATES) {
        const { result: writes, ...used } = await usage(database.pid, () => write(writers, rate, seconds));
        alone.set(rate, microseconds(used, writes));
        context.report({ case: `no service, ${rate} writes/s`, writes, databaseMicroseconds: alone.get(rate) });
      }
      for (const count of SUBSCRIBERS) {
        const server = await stage.server(peer, { env: { ...databaseEnv(database), LEAST_TABLE: TABLE } });
        const clients = await subscribe(stage, peer, server, count);
        await writers.call('pace', { rate: WARM_UP_RATE, seconds });
        await clients.call('settle', { seconds: SETTLE_SECONDS });
        for (const rate of RATES) {
          const row = await changesAt({ rate, seconds, database, writers, server, clients, count });
          const databaseExtra = row.databaseMicroseconds - alone.get(rate);
          context.report({ case: `${count} subscribed, ${rate} writes/s`, ...row, databaseExtra });
        }
        await clients.stop();
        await server.stop();
      }
    }),
};

async function changesAt({ rate, seconds, database, writers, server, clients, count }) {
  await clients.call('begin', { sampleEvery: count });
  const before = await feedReads(server);
  const told = await usage(server.pid, () =>
    usage(database.pid, async () => {
      const writes = await write(writers, rate, seconds);
      await clients.call('settle', { seconds: SETTLE_SECONDS, expected: writes.acknowledgements * count });
      return writes;
    }),
  );
  const reads = (await feedReads(server)) - before;
  const figures = await clients.call('end');
  const writes = told.result.result;
  return {
    ...figures,
    writes,
    missing: 1 - figures.deliveries / (writes.acknowledgements * count),
    serverMicroseconds: microseconds(told, writes),
    databaseMicroseconds: microseconds(told.result, writes),
    readsPerSecond: reads / figures.seconds,
  };
}

async function write(writers, rate, seconds) {
  await writers.call('begin');
  await writers.call('pace', { rate, seconds });
  return writers.call('end');
}

/** Each gets every change of the table. */
async function subscribe(stage, peer, { host, port }, count) {
  const clients = stage.load();
  const targets = Array.from({ length: count }, () => [{ topic: TABLE }]);
  await clients.call('connect', {
    dialect: peer.topicDialect,
    host,
    port,
    count,
    tokens: peer.tokens(count),
    targets,
  });
  return clients;
}

function microseconds({ cpuSeconds }, { acknowledgements }) {
  return (cpuSeconds / acknowledgements) * 1e6;
}
