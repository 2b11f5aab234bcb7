import { measure } from '../measure/measure.mjs';
import { usage } from '../measure/usage.mjs';
import { TABLE, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { busy } from '../report/columns.mjs';
import { onStage } from '../stage.mjs';
import { watchThroughService } from './table-watchers.mjs';

const FILTERS = 100;
/** With and without take turns, so that a database that gets slower in time doesn't count for either. */
const ROUNDS = 3;

export const writers = {
  name: 'writers',
  title: 'What writers manage that write as fast as the database lets them, with and without the service',
  peers: [edgeHive],
  columns: ['served', 'p50', 'p99', 'databaseCpu', ...busy],
  plots: [{ title: 'Writes a second', y: { label: 'writes', value: ({ perSecond }) => perSecond } }],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, seconds } = context;
      const database = await stage.add(startDatabase());
      const load = stage.load('writers');
      await load.call('connect', { url: database.url, table: TABLE });
      await load.call('spread', { groups: FILTERS });
      await load.call('fill');
      const flood = () => measure(database, load, () => load.call('flood', { seconds }));
      for (let round = 1; round <= ROUNDS; round += 1) {
        report({ case: `${round}, without`, ...asDatabase(await flood()) });
        const { server, clients } = await watchThroughService(stage, database, FILTERS);
        const { result, cpuShare, waitShare } = await usage(server.pid, flood);
        report({
          case: `${round}, with`,
          ...asDatabase(result),
          serverCpuShare: cpuShare,
          serverWaitShare: waitShare,
        });
        await clients.stop();
        await server.stop();
      }
    }),
};

/** Figures of a measurement whose server is the database. */
function asDatabase({ serverCpuShare, serverWaitShare: _, ...figures }) {
  return { ...figures, databaseCpuShare: serverCpuShare };
}
