/**
 * Measures the service and its peers, see README.md:
 *
 *   npm run bench -- [scenario …] [--quick] [--peer NAME …] [--json FILE] [--svg DIR] [--profile DIR]
 */
import { appendFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine } from './report/machine.mjs';
import { drawPlots } from './report/plots.mjs';
import { table } from './report/table.mjs';
import { scenarios } from './scenarios/scenarios.mjs';
import { closeStages } from './stage.mjs';

/** Of each measurement. */
const SECONDS = 2;
const QUICK_SECONDS = 1;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    peer: { type: 'string', multiple: true },
    json: { type: 'string' },
    svg: { type: 'string' },
    profile: { type: 'string' },
  },
});
const { quick, profile } = options;
const context = { quick, profile, seconds: quick ? QUICK_SECONDS : SECONDS };

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void closeStages().finally(() => process.exit(1)));
}

const { cpu, cores, system, node, loadAverage } = machine();
console.log(`${cpu}, ${cores} cores, ${system}, Node ${node}, load average ${loadAverage.toFixed(1)}`);
for (const scenario of chosen()) {
  console.log(`\n## ${scenario.name}\n\n${scenario.title}\n`);
  const rows = await measured(scenario);
  console.log(table(scenario, rows));
  if (options.json) await appendFile(options.json, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  if (options.svg) await drawPlots(scenario, rows, options.svg);
}

/** What a scenario reports of each peer. A peer that fails leaves the others' figures as they are. */
async function measured(scenario) {
  const rows = [];
  for (const peer of scenario.peers.filter(({ name }) => !options.peer || options.peer.includes(name))) {
    if (peer.isThere?.() === false) {
      console.log(`${peer.name} is not installed: left out.\n`);
      continue;
    }
    const report = (row) => rows.push({ scenario: scenario.name, peer: peer.name, ...machine(), ...row });
    try {
      await scenario.run(peer, { ...context, report });
    } catch (error) {
      console.error(`${peer.name} failed:`, error);
      process.exitCode = 1;
    }
  }
  return rows;
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
