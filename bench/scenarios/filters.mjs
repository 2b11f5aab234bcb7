import { measure } from '../measure/measure.mjs';
import { TABLE, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { busy } from '../report/columns.mjs';
import { onStage } from '../stage.mjs';
import { watchThroughService } from './table-watchers.mjs';

const FILTERS = [10, 10_000];
const RATE = 1_000;
const SETTLE_SECONDS = 5;
const LONGER = 2;

export const filters = {
  name: 'filters',
  title: 'What one change costs that matches one of so many distinct filters on its table',
  peers: [edgeHive],
  columns: ['offered', 'served', 'cpu', 'p50', 'p99', 'memory', ...busy],
  plots: [{ title: 'CPU of a change', y: { label: 'µs', value: ({ cpuPerMillion }) => cpuPerMillion } }],
  async run(peer, context) {
    for (const count of FILTERS) await onStage(context, (stage) => writeTo(stage, count, context));
  },
};

async function writeTo(stage, count, { report, seconds }) {
  const database = await stage.add(startDatabase());
  const writers = stage.load('writers');
  await writers.call('connect', { url: database.url, table: TABLE });
  await writers.call('spread', { groups: count });
  await writers.call('fill');
  const { server, clients } = await watchThroughService(stage, database, count);
  const write = async (length) => {
    await writers.call('pace', { rate: RATE, seconds: length });
    await clients.call('settle', { seconds: SETTLE_SECONDS });
  };
  await write(seconds);
  const figures = await measure(server, clients, () => write(seconds * LONGER), { sampleEvery: 1 });
  report({ case: `${count} filters`, offered: RATE, ...figures });
}
