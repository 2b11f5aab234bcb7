import { LiveClients } from './live-clients.mjs';
import { Writers } from './writers.mjs';

const [, , kind] = process.argv;
const kinds = { writers: Writers, 'live-clients': LiveClients };
const load = new kinds[kind]();

// Whoever started this process is gone.
process.on('disconnect', () => process.exit());

process.on('message', async ({ id, command, options }) => {
  try {
    process.send({ id, result: (await load[command](options)) ?? {} });
  } catch (error) {
    process.send({ id, error: error.stack });
  }
});
