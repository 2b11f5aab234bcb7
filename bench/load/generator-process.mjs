import { Generator } from './generator.mjs';

const generator = new Generator();

// Whoever started this process is gone.
process.on('disconnect', () => process.exit());

process.on('message', async ({ id, command, options }) => {
  try {
    process.send({ id, result: (await generator[command](options)) ?? {} });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
