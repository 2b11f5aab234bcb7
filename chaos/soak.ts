/**
 * A steady load for hours: prints the gateway's memory, handles and latencies each minute, and at the end how they grew.
 * Fails when anything was lost or repeated.
 *
 *   npm run soak -- --hours 1 [--writes 200] [--publishes 20] [--surreal path/to/surreal]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startDatabase } from '../test/support/database.js';
import { startGateway } from '../test/support/gateway.js';
import { databaseEnv } from '../test/support/service.js';
import { SoakLoad } from './soak-load.js';
import { SoakLog } from './soak-log.js';

const MINUTE_MS = 60_000;
const LOOKS = 6;
const FINISH_MS = 30_000;

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '1' },
    writes: { type: 'string', default: '200' },
    publishes: { type: 'string', default: '20' },
    surreal: { type: 'string' },
  },
});
const minutes = Math.max(2, Math.round(Number(values.hours) * 60));
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

const database = await startDatabase({ folder: true, ...(values.surreal && { bin: values.surreal }) });
// The log is full after some minutes: what grows then is nothing that is meant to.
const gateway = await startGateway({ ...databaseEnv(database), LIMIT_LOG_BYTES: String(16 * 1024 * 1024) });
const load = new SoakLoad(gateway, database, {
  writesPerSecond: Number(values.writes),
  publishesPerSecond: Number(values.publishes),
});
try {
  await load.start();
  const log = new SoakLog(gateway, load);
  console.log(log.head);
  await soak(log).catch((error: unknown) => {
    if (!interrupted.signal.aborted) throw error;
  });
  console.log(log.slopes(Math.min(10, Math.floor(minutes / 4))));
  await load.finish(FINISH_MS);
  const { writes, delivered, visits, lost, repeated, resyncs } = load;
  console.log({ database: database.process.kind, writes, delivered, visits, lost, repeated, resyncs });
  process.exitCode = lost + repeated + resyncs > 0 ? 1 : 0;
} finally {
  load.close();
  await gateway.stop();
  await database.stop();
}

async function soak(log: SoakLog): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    for (let looks = 0; looks < LOOKS; looks += 1) {
      await delay(MINUTE_MS / LOOKS, undefined, { signal: interrupted.signal });
      await log.look();
    }
    console.log(log.minute());
  }
}
