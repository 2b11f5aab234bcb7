/**
 * Breaks everything that can break, on a schedule that a seed decides, while writers write and clients listen; then holds what
 * each client was told against the database's own record. Prints a table, and fails when anything was lost, repeated, told
 * backwards or told to whom it may not be told.
 *
 *   npm run chaos -- --minutes 3 --seed 1 [--surreal path/to/surreal] [--writers 12] [--rate 30] [--fault 'database frozen']…
 *     [--gateway-env KEY=VALUE]… [--redis] [--workers 2]
 *
 * With `--redis` channels are over a Redis of the run's own, with a replica and sentinels: it is broken, too. With `--workers` each
 * gateway is several processes, that are killed and frozen; without Redis there is one gateway, whose workers share channels. With
 * either, messages and presence are held against what was acknowledged.
 */
import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { setInterval as ticks, setTimeout as delay } from 'node:timers/promises';
import { CallTerminatedError } from 'surrealdb';
import { evidence } from './evidence.js';
import { kindsOf } from './fault.js';
import { FaultInjector } from './fault-injector.js';
import { LetterWriter } from './letters/letter-writer.js';
import { Load } from './load.js';
import { Random } from './random.js';
import { findings } from './findings.js';
import { report } from './report.js';
import { schedule } from './schedule.js';
import { gatewaysOf, Site } from './site.js';

const LOOK_MS = 1_000;
/** As a shell has it for Ctrl-C. */
const INTERRUPTED = 130;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    writers: { type: 'string', default: '12' },
    rate: { type: 'string', default: '30' },
    surreal: { type: 'string' },
    fault: { type: 'string', multiple: true, default: [] },
    redis: { type: 'boolean', default: false },
    workers: { type: 'string', default: '0' },
    'gateway-env': { type: 'string', multiple: true, default: [] },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const random = new Random(seed);
const parts = { redis: values.redis, workers: Number(values.workers) };
const kinds = kindsOf(values.fault, { ...parts, workers: parts.workers > 0 });
const faults = schedule(random.fork(), minutes, kinds, gatewaysOf(parts));

const interrupted = new AbortController();
setMaxListeners(0, interrupted.signal);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

// A ping that the SDK has pending when its connection ends rejects where nobody listens.
process.on('unhandledRejection', (reason) => {
  if (!(reason instanceof CallTerminatedError)) throw reason;
});

const began = Date.now();
const gatewayEnv = Object.fromEntries(values['gateway-env'].map((pair) => pair.split(/=(.*)/s).slice(0, 2))) as Record<
  string,
  string
>;
const site = await Site.open({ bin: values.surreal, gatewayEnv, ...parts, random: random.fork() });
const looking = new AbortController();
void look(looking.signal);
try {
  process.exitCode = await run();
} finally {
  looking.abort();
  await site.close();
}

/** @returns the exit code */
async function run(): Promise<number> {
  const { database, slots, channels } = site;
  const load = new Load(database, { writers: Number(values.writers), batchesPerSecond: Number(values.rate), random });
  const injector = new FaultInjector(site, () => load.writeMuch());
  const letters = new LetterWriter(database, new Random(seed));
  load.start();
  letters.start();
  channels?.party.run(minutes, interrupted.signal);
  await Promise.all([injector.run(faults, interrupted.signal), join(interrupted.signal)]);
  await Promise.all([load.stop(), letters.stop(), channels?.party.stop()]);
  if (interrupted.signal.aborted) return INTERRUPTED;

  const found = await findings(site, load, injector, interrupted.signal);
  if (interrupted.signal.aborted) return INTERRUPTED;
  const { violations, dropped } = found;
  const kind = database.process.kind === 'server' ? 'SurrealDB server' : 'embedded engine';
  console.log(report({ title: `${kind}, seed ${seed}, ${minutes} minutes`, site, load, injector, ...found }));
  if (dropped.length > 0) {
    console.log(
      `\nDropped, among others:\n${dropped
        .slice(0, 3)
        .map(({ record, detail }) => `${record}: ${detail}`)
        .join('\n')}`,
    );
  }
  const complaints = slots.flatMap((slot) => slot.complaints);
  if (complaints.length > 0) console.log(`\nGateways complained:\n${complaints.slice(0, 3).join('\n')}`);
  if (violations.length > 0) console.log(`\n${evidence(violations, site, injector, began)}`);
  return violations.length > 0 ? 1 : 0;
}

/** Subscribes in the middle of it all. Whether they are served shows in their accounts. */
async function join(stopping: AbortSignal): Promise<void> {
  const joining = site.clients.flatMap((client) =>
    client.cast.views.map(async (view) => {
      if (!view.joins) return;
      await delay(view.joins * minutes * 60_000, undefined, { signal: stopping }).catch(() => undefined);
      if (!stopping.aborted) client.subscribe(view).catch(() => undefined);
    }),
  );
  await Promise.all(joining);
}

async function look(stopping: AbortSignal): Promise<void> {
  for await (const _ of ticks(LOOK_MS, undefined, { ref: false })) {
    if (stopping.aborted) return;
    await Promise.all(site.slots.map((slot) => slot.look()));
  }
}
