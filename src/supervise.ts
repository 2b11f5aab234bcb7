import { NestFactory } from '@nestjs/core';
import type { Announcement } from './announce.js';
import type { ApplicationListener } from './application.js';
import type { Config } from './config/config.js';
import { StderrLogger } from './stderr-logger.js';
import { SupervisorModule } from './workers/supervisor/supervisor.module.js';
import { WorkerPool } from './workers/supervisor/worker-pool.js';

/** Starts so many processes that serve clients, and what they share; settles when all of them listen. SIGTERM and SIGINT drain them. @returns what there is to say */
export async function supervise(
  config: Readonly<Config>,
  workers: number,
  listener: ApplicationListener,
): Promise<Announcement> {
  const app = await NestFactory.createApplicationContext(SupervisorModule.forRoot(config), {
    logger: new StderrLogger(config.logLevel),
    abortOnError: false,
  });
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  listener.draining?.();
  try {
    return await app.get(WorkerPool).start(workers);
  } catch (error) {
    await app.close();
    throw error;
  }
}
