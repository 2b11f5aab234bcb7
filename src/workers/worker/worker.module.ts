import { Module, type DynamicModule } from '@nestjs/common';
import { RunSecret } from '../../auth/tokens/run-secret.js';
import { Config } from '../../config/config.js';
import { SharedRevocationStore } from '../../control/revocation-store.js';
import { WorkersState } from '../../health/workers-state.js';
import { SessionModule } from '../../session/session.module.js';
import { RemoteRevocationStore } from './revocation-store-remote.js';
import { Supervisor } from './supervisor.js';
import { WorkerReports } from './worker-reports.js';

/** What a worker has of its supervisor, for all of its modules. */
@Module({})
class SupervisorLinkModule {}

/** A worker's part of what is of all workers. */
@Module({})
export class WorkerModule {
  static forRoot(supervisor: Supervisor): DynamicModule {
    const { runSecret } = supervisor.introduction;
    const shared = {
      module: SupervisorLinkModule,
      global: true,
      providers: [
        WorkersState,
        { provide: Supervisor, useValue: supervisor },
        { provide: RunSecret, useValue: new RunSecret(Buffer.from(runSecret, 'base64url')) },
        {
          provide: SharedRevocationStore,
          // Over Redis all instances share them.
          useFactory: ({ broker }: Config) => (broker === 'memory' ? new RemoteRevocationStore(supervisor) : undefined),
          inject: [Config],
        },
      ],
      exports: [RunSecret, SharedRevocationStore, Supervisor, WorkersState],
    };
    return { module: WorkerModule, imports: [shared, SessionModule], providers: [WorkerReports] };
  }
}
