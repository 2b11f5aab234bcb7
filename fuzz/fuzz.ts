/**
 * Does to a service and its embedded database, and to another instance of two workers over that, what a stranger could, thousands
 * of times, in ways that a seed decides. Fails when a process ends, a bystander misses something, something is left behind, or a
 * stack is printed. Prints which actions ran then: with `--first` and `--actions` the same ones run again.
 *
 * With SURREAL_BIN the database is that server, else the embedded engine.
 *
 *   npm run fuzz -- --seconds 60 --seed 1 [--first 0] [--actions 1000] [--attacker 'raw bytes']… [--lanes 8]
 */
import { parseArgs } from 'node:util';
import { Random } from '../chaos/random.js';
import { startGateway } from '../test/support/gateway.js';
import { policyFile } from '../test/support/policy-file.js';
import { JWT_SECRET } from '../test/support/tokens.js';
import type { Target } from './attacker.js';
import { ATTACKERS } from './attackers.js';
import { Bystander } from './bystander.js';
import { lastingToken } from './lasting-token.js';
import { Watch } from './watch.js';
import { POLICY, World } from './world.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    actions: { type: 'string', default: 'Infinity' },
    attacker: { type: 'string', multiple: true, default: [] },
    lanes: { type: 'string', default: '8' },
  },
});
const API_KEY = 'an api key';
const policy = await policyFile(POLICY);
/** Shorter than usual, so that what stays open at the end shows soon. */
const ENV = {
  JWT_SECRET,
  API_KEY,
  POLICY_FILE: policy.path,
  TRUST_PROXY: 'true',
  HEARTBEAT_INTERVAL_MS: '5000',
  HEARTBEAT_TIMEOUT_MS: '5000',
  HTTP_HEADERS_TIMEOUT_MS: '2000',
  HTTP_REQUEST_TIMEOUT_MS: '5000',
  PRESENCE_GRACE_MS: '500',
  LIMIT_COMMANDS_PER_SECOND: '10000',
  LIMIT_COMMANDS_BURST: '100000',
};
/** Actions that each lane names when something was found. */
const NAMED = 3;
const LOOK_EVERY = 20;
/** Longest wait for an instance that starts: others may use the machine. */
const START_MS = 120_000;

const attackers = ATTACKERS.filter(({ name }) => values.attacker.length === 0 || values.attacker.includes(name));
if (attackers.length === 0)
  throw new Error(`There is no such attacker, but ${ATTACKERS.map(({ name }) => name).join(', ')}.`);

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort());

const { SURREAL_BIN } = process.env;
const gateway = await startGateway({ ...ENV, ...(SURREAL_BIN && { SURREAL_BIN }) }, { startMs: START_MS });
process.on('exit', () => gateway.kill('SIGKILL'));
const databaseUrl = /ws:\/\/[\d.:]+\/rpc/.exec(gateway.output)?.[0];
if (databaseUrl === undefined) throw new Error(`The service does not say where its database is:\n${gateway.output}`);
const other = await startGateway(
  {
    ...ENV,
    SURREAL_URL: databaseUrl,
    SURREAL_USERNAME: 'root',
    SURREAL_PASSWORD: 'root',
    SURREAL_MANAGE_CHANGEFEEDS: 'all',
    WORKERS: '2',
  },
  { startMs: START_MS },
);
process.on('exit', () => other.kill('SIGKILL'));
const world = await World.create(gateway.url, databaseUrl);
const target: Target = {
  httpUrl: gateway.httpUrl,
  otherUrl: other.httpUrl,
  databaseUrl,
  apiKey: API_KEY,
  token: lastingToken('attacker'),
  recordTokens: world.recordTokens,
  tokenOf: lastingToken,
};
const bystander = await Bystander.join(gateway, databaseUrl);
const watch = await Watch.of(gateway, databaseUrl);
const otherWatch = await Watch.of(other, databaseUrl);
const findings: string[] = [];
const recent: string[][] = [];
let next = Number(values.first);
const end = next + Number(values.actions);
const deadline = setTimeout(() => ending.abort(), Number(values.seconds) * 1_000);

const watching = [bystander.watch(ending.signal), world.turn(ending.signal)].map((part) => part.catch(found));
await Promise.all(Array.from({ length: Number(values.lanes) }, (_, lane) => run(lane)));
clearTimeout(deadline);
ending.abort();
await Promise.all(watching);
if (world.sightings === 0) found('Nobody was shown a canary, so that none proves nothing.');
if (findings.length === 0) {
  for (const each of [watch, otherWatch]) for (const left of await each.remains().catch(lost)) found(left);
}
await Promise.all([bystander.leave(), world.leave()]).catch(found);
await other.stop();
await gateway.stop();
await policy.remove();

console.log(
  `seed ${values.seed}: ${next - Number(values.first)} actions, ${bystander.rounds} rounds of the bystander, ${findings.length} findings`,
);
if (findings.length > 0) {
  console.log(findings.join('\n'));
  recent.forEach((names, lane) => console.log(`lane ${lane}: ${names.join(', ')}`));
  for (const { output } of [gateway, other]) console.log(`What an instance printed last:\n${output.slice(-4_000)}`);
}
process.exit(findings.length === 0 ? 0 : 1);

async function run(lane: number): Promise<void> {
  const names: string[] = (recent[lane] = []);
  while (!ending.signal.aborted && next < end) {
    const action = next++;
    // Of its own: what an action does depends on the seed and its number alone.
    const random = new Random(Math.imul(Number(values.seed), 0x9e3779b1) + action);
    const attacker = random.pick(attackers);
    names.push(`${attacker.name} ${action}`);
    names.splice(0, names.length - NAMED);
    await attacker
      .attack(target, random.fork())
      .catch((error: unknown) => found(error, `${attacker.name} ${action}: `));
    if (action % LOOK_EVERY === 0)
      [watch, otherWatch].forEach(({ complaints }) => complaints.forEach((each) => found(each)));
  }
}

function found(fault: unknown, what = ''): void {
  const text = fault instanceof Error ? fault.message : String(fault);
  if (findings.length < 10) findings.push(`${what}${text}`);
  ending.abort();
}

function lost(fault: unknown): readonly string[] {
  return [fault instanceof Error ? fault.message : String(fault)];
}
