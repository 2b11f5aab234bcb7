/**
 * Measures the service and its peers: `npm run bench -- [scenario …] [--quick] [--peer name] [--json FILE] [--svg DIR]`.
 */
import { appendFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { table } from './report/table.mjs';
import { scenarios } from './scenarios/scenarios.mjs';
import { closeStages } from './stage.mjs';

const SECONDS = 3;
const QUICK_SECONDS = 1;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    peer: { type: 'string', multiple: true },
    json: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void closeStages().finally(() => process.exit(1)));
}

for (const scenario of chosen()) {
  const rows = [];
  console.log(`\n## ${scenario.name}\n\n${scenario.title}\n`);
  for (const peer of scenario.peers.filter(({ name }) => !options.peer || options.peer.includes(name))) {
    const report = (row) => rows.push({ scenario: scenario.name, peer: peer.name, ...row });
    await scenario.run(peer, { report, seconds: options.quick ? QUICK_SECONDS : SECONDS, quick: options.quick });
  }
  console.log(table(options.verbose ? rows.map((row) => ({ ...row, detail: false })) : rows));
  if (options.json) await appendFile(options.json, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function chosen() {
  if (positionals.length === 0) return scenarios;
  return positionals.map((name) => {
    const scenario = scenarios.find((candidate) => candidate.name === name);
    if (scenario) return scenario;
    console.error(`There is no scenario ${name}: there are ${scenarios.map((known) => known.name).join(', ')}.`);
    process.exit(2);
  });
}
