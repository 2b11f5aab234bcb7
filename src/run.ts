import { announce } from './announce.js';
import type { Composition } from './app.module.js';
import type { ApplicationListener } from './application.js';
import type { Config } from './config/config.js';
import { loadConfig } from './config/load-config.js';
import { workerCount } from './config/worker-count.js';
import { startFailure } from './start-failure.js';
import { SUPERVISOR_SOCKET } from './workers/place.js';

/** Runs the service as the environment configures it, and as it is composed. What is wrong with that is told, and ends the process with 1. */
export async function run(composition: Composition = {}, listener: ApplicationListener = {}): Promise<void> {
  try {
    const config = loadConfig(process.env);
    await start(config, composition, listener);
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
    process.exit(1);
  }
}

/** Each process loads no more than what it needs. */
async function start(config: Readonly<Config>, composition: Composition, listener: ApplicationListener): Promise<void> {
  const { [SUPERVISOR_SOCKET]: path } = process.env;
  if (path !== undefined) {
    const { startWorker } = await import('./start-worker.js');
    return startWorker(config, composition, listener, path);
  }
  const workers = workerCount(config);
  if (workers === 1) {
    const { startAlone } = await import('./start-alone.js');
    return announce(await startAlone(config, composition, listener));
  }
  const { supervise } = await import('./supervise.js');
  return announce(await supervise(config, workers, listener));
}
