import type { Announcement } from './announce.js';
import { announcementOf } from './announcement.js';
import type { Composition } from './app.module.js';
import { startApplication, type ApplicationListener } from './application.js';
import { Config } from './config/config.js';
import { startFailure } from './start-failure.js';
import { SurrealModule } from './surreal/surreal.module.js';
import { RemoteBroker } from './workers/worker/broker-remote.js';
import { REMOTE_SURREAL } from './workers/worker/remote-surreal.js';
import { Supervisor } from './workers/worker/supervisor.js';
import { WorkerModule } from './workers/worker/worker.module.js';

/** Starts one of several processes that serve clients. @param path of the supervisor's socket */
export async function startWorker(
  config: Readonly<Config>,
  composition: Composition,
  listener: ApplicationListener,
  path: string,
): Promise<void> {
  const supervisor = await Supervisor.connect(path);
  try {
    supervisor.link.notify('serving', await serve(supervisor, config, composition, listener));
  } catch (error) {
    // Said once, however many can't start for it.
    await supervisor.link.ask('failed', startFailure(error));
    process.exit(1);
  }
}

async function serve(
  supervisor: Supervisor,
  config: Readonly<Config>,
  composition: Composition,
  listener: ApplicationListener,
): Promise<Announcement> {
  const { port } = supervisor.introduction;
  const app = await startApplication(
    Object.freeze(Object.assign(new Config(), config, { port })),
    {
      ...(config.broker === 'memory' && { broker: RemoteBroker }),
      ...composition,
      imports: [...(composition.imports ?? []), WorkerModule.forRoot(supervisor)],
    },
    listener,
    SurrealModule.forRoot(REMOTE_SURREAL),
  );
  return announcementOf(app);
}
