import { measure } from '../measure/measure.mjs';
import { databaseEnv, startDatabase } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';
import { busy } from '../report/columns.mjs';
import { onStage } from '../stage.mjs';
import { subscribeFilters } from './table-watchers.mjs';
import { startWriters } from './table-writers.mjs';

const FILTERS = [10, 10_000];
const RATE = 500;
const SETTLE_SECONDS = 5;
/** The tables take turns, so that what else the machine does counts for both. */
const ROUNDS = 5;

export const filters = {
  name: 'filters',
  title: 'What one change costs that matches one of so many distinct filters on its table: two tables of one service',
  peers: [edgeHive],
  columns: ['offered', 'cpu', 'cost', 'p50', 'p99', 'memory', ...busy],
  plots: [{ title: 'CPU of a change', y: { label: 'µs', value: ({ cpuPerMillion }) => cpuPerMillion } }],
  run: (peer, context) =>
    onStage(context, async (stage) => {
      const { report, seconds } = context;
      const tables = FILTERS.map((count) => ({ count, name: `filters_${count}`, rounds: [] }));
      const database = await stage.add(startDatabase(tables.map(({ name }) => name)));
      const server = await stage.server(edgeHive, { env: databaseEnv(database) });
      for (const table of tables) {
        table.writers = await startWriters(stage, database, table.name, table.count);
        table.clients = await subscribeFilters(stage, server, table.name, table.count);
      }
      const write = async ({ writers, clients }) => {
        await writers.call('pace', { rate: RATE, seconds });
        await clients.call('settle', { seconds: SETTLE_SECONDS, expected: RATE * seconds });
      };
      for (const table of tables) await write(table);
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const table of tables) {
          const figures = await measure(server, table.clients, () => write(table), { sampleEvery: 1 });
          table.rounds.push({ offered: RATE, ...figures });
        }
      }
      const medians = tables.map(({ rounds }) => median(rounds));
      for (const [index, { count }] of tables.entries()) {
        const cost = medians[index].cpuPerMillion / medians[0].cpuPerMillion;
        report({ case: `${count} filters`, ...medians[index], cost });
      }
    }),
};

function median(rounds) {
  return rounds.sort((a, b) => a.cpuPerMillion - b.cpuPerMillion)[Math.floor(rounds.length / 2)];
}
