import { measure } from '../measure/measure.mjs';
import { usage } from '../measure/usage.mjs';
import { databaseEnv, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { liveQueries } from '../peers/live-queries.mjs';
import { busy } from '../report/columns.mjs';
import { byP50, byP99 } from '../report/table.mjs';
import { onStage } from '../stage.mjs';
import { startLiveQueries, subscribeFilters } from './table-watchers.mjs';
import { startWriters } from './table-writers.mjs';

const TABLE = 'events';
const RATES = [100, 1_000, 3_000];
const WARM_UP_RATE = 300;
const FILTERS = [1, 100, 10_000];
/** A live query for each of more clients than these would take minutes to make, and stop the writers altogether. */
const MOST_LIVE_QUERIES = 100;
const SETTLE_SECONDS = 10;

export const tableEvents = {
  name: 'table-events',
  title: 'From a write to the client whose filter it matches, with the writers’ own acknowledgements in the same run',
  peers: [edgeHive, liveQueries],
  columns: [
    'offered',
    'written',
    'missing',
    'p50',
    'p99',
    'writersP50',
    'writersP99',
    'behindWriters',
    'cpu',
    'databaseCpu',
    ...busy,
  ],
  ratios: [byP50, byP99],
  plots: [
    {
      title: 'From a write to its client, p99',
      x: { label: 'writes a second offered', value: ({ offered }) => offered },
      y: { label: 'ms', value: ({ latency }) => latency.p99 },
      series: (row) => `${row.peer}, ${row.filters} filters`,
    },
  ],
  async run(peer, context) {
    for (const filters of FILTERS) {
      if (peer === liveQueries && filters > MOST_LIVE_QUERIES) continue;
      await onStage(context, (stage) => writeAtRates(stage, peer, filters, context));
    }
  },
};

async function writeAtRates(stage, peer, filters, { report, seconds }) {
  const database = await stage.add(startDatabase([TABLE]));
  // The records are there before anybody looks, so that all rates are of updates.
  const writers = await startWriters(stage, database, TABLE, filters);
  const server = peer === liveQueries ? database : await stage.server(peer, { env: databaseEnv(database) });
  const watch = peer === liveQueries ? startLiveQueries : subscribeFilters;
  const clients = await watch(stage, server, TABLE, filters);
  await writers.call('pace', { rate: WARM_UP_RATE, seconds });
  await clients.call('settle', { seconds: SETTLE_SECONDS });
  for (const rate of RATES) {
    const work = async () => {
      await writers.call('begin');
      await writers.call('pace', { rate, seconds });
      const writes = await writers.call('end');
      await clients.call('settle', { seconds: SETTLE_SECONDS, expected: writes.acknowledgements });
      return writes;
    };
    let databaseUsage;
    const figures = await measure(server, clients, async () => (databaseUsage = await usage(database.pid, work)), {
      sampleEvery: 1,
    });
    const writes = databaseUsage.result;
    report({
      case: `${filters === 1 ? '1 filter' : `${filters} filters`}, ${rate} writes/s`,
      filters,
      offered: rate,
      ...figures,
      writes,
      databaseCpuShare: databaseUsage.cpuShare,
      missing: 1 - figures.deliveries / writes.acknowledgements,
      behindWriters: figures.latency.p99 - writes.latency.p99,
    });
  }
}
