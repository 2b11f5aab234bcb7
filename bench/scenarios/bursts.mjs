import { setTimeout as delay } from 'node:timers/promises';
import { measure } from '../measure/measure.mjs';
import { usage } from '../measure/usage.mjs';
import { databaseEnv, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { busy } from '../report/columns.mjs';
import { onStage } from '../stage.mjs';
import { subscribeFilters } from './table-watchers.mjs';

const TABLE = 'burst';
const FILTERS = 100;
/** With and without take turns, so that a database that gets slower in time doesn't count for either. */
const ROUNDS = 3;
const LEAST_SECONDS = 8;
/** Clients come once the bursts have begun, and go before they end. */
const WITHOUT_CLIENTS_MS = 1_000;

export const bursts = {
  name: 'bursts',
  title:
    'Bulk transactions in bursts and pauses, with and without the service: what is refused for a conflict is done again',
  peers: [edgeHive],
  columns: ['served', 'conflicts', 'kept', 'p50', 'p99', 'databaseCpu', ...busy],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report } = context;
      const seconds = Math.max(context.seconds, LEAST_SECONDS);
      const database = await stage.add(startDatabase([TABLE]));
      const load = stage.load('writers');
      await load.call('connect', { url: database.url, table: TABLE, groups: FILTERS });
      const burst = () => measure(database, load, () => load.call('bursts', { seconds }));
      for (let round = 1; round <= ROUNDS; round += 1) {
        const without = await burst();
        report({ case: 'without', ...asDatabase(without) });
        const server = await stage.server(edgeHive, { env: databaseEnv(database) });
        const { result, cpuShare, waitShare } = await usage(server.pid, async () => {
          const [figures] = await Promise.all([burst(), watchFor(stage, server, seconds * 1_000)]);
          return figures;
        });
        report({
          case: 'with',
          ...asDatabase(result),
          kept: result.perSecond / without.perSecond,
          serverCpuShare: cpuShare,
          serverWaitShare: waitShare,
        });
        await server.stop();
      }
    }),
};

async function watchFor(stage, server, ms) {
  await delay(WITHOUT_CLIENTS_MS);
  const clients = await subscribeFilters(stage, server, TABLE, FILTERS);
  await delay(ms - 3 * WITHOUT_CLIENTS_MS);
  await clients.stop();
}

/** Figures of a measurement whose server is the database. */
function asDatabase({ serverCpuShare, serverWaitShare: _, ...figures }) {
  return { ...figures, databaseCpuShare: serverCpuShare };
}
