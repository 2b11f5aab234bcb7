import { measure } from '../measure/measure.mjs';
import { usage } from '../measure/usage.mjs';
import { databaseEnv, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { busy } from '../report/columns.mjs';
import { onStage } from '../stage.mjs';
import { subscribeFilters } from './table-watchers.mjs';
import { startWriters } from './table-writers.mjs';

const TABLE = 'written';
const FILTERS = 100;
/** One leaves the database time to spare, the most of them none of the machine. */
const WRITERS = [1, 4, 16];
/** With and without take turns, so that a database that gets slower in time doesn't count for either. */
const ROUNDS = 3;
/** So long a service that has just started is slower than one that has run for a while. */
const WARM_UP_SECONDS = 2;

export const writers = {
  name: 'writers',
  title: 'What writers manage that write as fast as the database lets them, with and without the service',
  peers: [edgeHive],
  columns: ['served', 'kept', 'p50', 'p99', 'databaseCpu', ...busy],
  plots: [{ title: 'Writes a second', y: { label: 'writes', value: ({ perSecond }) => perSecond } }],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, seconds } = context;
      const database = await stage.add(startDatabase([TABLE]));
      const load = await startWriters(stage, database, TABLE, FILTERS);
      const flood = (count) => measure(database, load, () => load.call('flood', { seconds, writers: count }));
      for (let round = 1; round <= ROUNDS; round += 1) {
        const without = new Map();
        for (const count of WRITERS) {
          without.set(count, await flood(count));
          report({ case: `${count}, without`, ...asDatabase(without.get(count)) });
        }
        const server = await stage.server(edgeHive, { env: databaseEnv(database) });
        const clients = await subscribeFilters(stage, server, TABLE, FILTERS);
        await load.call('flood', { seconds: WARM_UP_SECONDS });
        for (const count of WRITERS) {
          const { result, cpuShare, waitShare } = await usage(server.pid, () => flood(count));
          report({
            case: `${count}, with`,
            ...asDatabase(result),
            kept: result.perSecond / without.get(count).perSecond,
            serverCpuShare: cpuShare,
            serverWaitShare: waitShare,
          });
        }
        await clients.stop();
        await server.stop();
      }
    }),
};

/** Figures of a measurement whose server is the database. */
function asDatabase({ serverCpuShare, serverWaitShare: _, ...figures }) {
  return { ...figures, databaseCpuShare: serverCpuShare };
}
