import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type Composition } from './app.module.js';
import type { Config } from './config/config.js';
import { listenError } from './config/listen-error.js';
import { HttpAdapter } from './http-adapter.js';
import { RealtimeAdapter } from './realtime/realtime.adapter.js';
import { StderrLogger } from './stderr-logger.js';

/** Connections that may wait to be accepted, if the system lets so many (`net.core.somaxconn`). Node's default is 511. */
const BACKLOG = 4_096;

export interface ApplicationListener {
  /** From now on SIGTERM and SIGINT drain the service. */
  draining?(): void;
}

/** Starts the service; settles when it listens. SIGTERM and SIGINT drain it, then end the process with 0. */
export async function startApplication(
  config: Readonly<Config>,
  composition: Composition,
  listener: ApplicationListener,
  surreal?: DynamicModule,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(config, composition, surreal),
    new HttpAdapter(config),
    {
      logger: new StderrLogger(config.logLevel),
      abortOnError: false,
      // Bodies are read behind the guards of who may send them: see JsonBody.
      bodyParser: false,
    },
  );
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  listener.draining?.();
  app.disable('x-powered-by');
  // The nearest proxy only: addresses further out are what a client claims.
  app.set('trust proxy', config.trustProxy ? 1 : false);
  app.useWebSocketAdapter(new RealtimeAdapter(app));
  try {
    // Nest hands on all that `http.Server.listen` takes, and declares less.
    const listen = app.listen.bind(app) as unknown as (...args: [number, string, number]) => Promise<unknown>;
    await listen(config.port, config.host, BACKLOG);
  } catch (error) {
    await app.close();
    throw listenError(error, config);
  }
  return app;
}
