import { measure } from '../measure/measure.mjs';
import { usage } from '../measure/usage.mjs';
import { TABLE, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { liveQueries } from '../peers/live-queries.mjs';
import { busy } from '../report/columns.mjs';
import { onStage } from '../stage.mjs';
import { watchThroughSdk, watchThroughService } from './table-watchers.mjs';

const RATES = [100, 1_000, 3_000];
const FILTERS = [1, 100, 10_000];
/** A live query for each of more clients than these would take minutes to make, and stop the writers altogether. */
const MOST_LIVE_QUERIES = 100;
const SETTLE_SECONDS = 5;

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
  plots: [
    {
      title: 'From a write to its client, p99',
      x: { label: 'writes a second offered', value: ({ offered }) => offered },
      y: { label: 'ms', value: ({ latency }) => latency.p99 },
      series: (row) => `${row.peer}, ${row.case}`,
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
  const database = await stage.add(startDatabase());
  const writers = stage.load('writers');
  await writers.call('connect', { url: database.url, table: TABLE });
  await writers.call('spread', { groups: filters });
  // The records are there before anybody looks, so that all rates are of updates.
  await writers.call('fill');
  const watch = peer === liveQueries ? watchThroughSdk : watchThroughService;
  const { server, clients } = await watch(stage, database, filters);
  for (const rate of RATES) {
    const work = async () => {
      await writers.call('begin');
      await writers.call('pace', { rate, seconds });
      const writes = await writers.call('end');
      await clients.call('settle', { seconds: SETTLE_SECONDS });
      return writes;
    };
    let databaseUsage;
    const figures = await measure(server, clients, async () => (databaseUsage = await usage(database.pid, work)), {
      sampleEvery: 1,
    });
    const writes = databaseUsage.result;
    report({
      case: `${filters} filters`,
      offered: rate,
      ...figures,
      writes,
      databaseCpuShare: databaseUsage.cpuShare,
      missing: 1 - figures.deliveries / writes.acknowledgements,
      behindWriters: figures.latency.p99 - writes.latency.p99,
    });
  }
}
