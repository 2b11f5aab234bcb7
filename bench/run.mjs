/**
 * Measures the service and its peers, see README.md:
 *
 *   npm run bench -- [scenario …] [--quick] [--rounds N] [--peer NAME …] [--json FILE] [--svg DIR] [--profile DIR]
 */
import { appendFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine } from './report/machine.mjs';
import { medians } from './report/medians.mjs';
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
    rounds: { type: 'string', default: '1' },
    peer: { type: 'string', multiple: true },
    json: { type: 'string' },
    svg: { type: 'string' },
    profile: { type: 'string' },
  },
});
const { quick, profile } = options;
const rounds = Number(options.rounds);
const context = { quick, profile, seconds: quick ? QUICK_SECONDS : SECONDS };

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void closeStages().finally(() => process.exit(1)));
}

if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('--rounds is a whole number from 1 on.');
  process.exit(2);
}

const { cpu, cores, system, node, loadAverage } = machine();
console.log(`${cpu}, ${cores} cores, ${system}, Node ${node}, load average ${loadAverage.toFixed(1)}`);
for (const scenario of chosen()) {
  console.log(`\n## ${scenario.name}\n\n${scenario.title}\n`);
  const rows = await measured(scenario);
  console.log(table(scenario, medians(rows)));
  if (options.json) await appendFile(options.json, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  if (options.svg) await drawPlots(scenario, medians(rows), options.svg);
}

/** What a scenario reports of each peer. In each round the peers take turns, so that what else the machine does counts for all. */
async function measured(scenario) {
  const rows = [];
  const peers = peersOf(scenario);
  for (let round = 1; round <= rounds; round += 1) {
    for (const peer of peers) {
      const report = (row) => rows.push({ scenario: scenario.name, peer: peer.name, round, ...machine(), ...row });
      await measure(scenario, peer, report);
    }
  }
  return rows.sort((a, b) => peers.findIndex(isNamed(a.peer)) - peers.findIndex(isNamed(b.peer)));
}

/** A peer that fails leaves the others' figures as they are. */
async function measure(scenario, peer, report) {
  try {
    await scenario.run(peer, { ...context, report });
  } catch (error) {
    console.error(`${peer.name} failed:`, error);
    process.exitCode = 1;
  }
}

function peersOf({ peers }) {
  return peers.filter(({ name, isThere }) => {
    if (options.peer && !options.peer.includes(name)) return false;
    const there = isThere?.() !== false;
    if (!there) console.log(`${name} is not installed: left out.\n`);
    return there;
  });
}

function isNamed(wanted) {
  return ({ name }) => name === wanted;
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
