import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { WorkersState } from '../../health/workers-state.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { SessionRegistry } from '../../session/session-registry.js';
import { Supervisor } from './supervisor.js';

/** How often it is looked how many connections there are, in ms. */
const LOOK_MS = 20;

/** What workers tell each other of themselves. */
@Injectable()
export class WorkerReports implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private told = 0;

  constructor(
    private readonly supervisor: Supervisor,
    private readonly metrics: MetricsService,
    private readonly registry: SessionRegistry,
    private readonly state: WorkersState,
  ) {}

  onModuleInit(): void {
    const { supervisor, metrics, registry, state } = this;
    const { link } = supervisor;
    link.handle({
      questions: { metrics: () => metrics.registry.getMetricsAsJSON() },
      notices: {
        elsewhere: (count) => (registry.elsewhere = count),
        serving: ([serving, size]) => state.are(serving, size),
      },
    });
    metrics.gatherFrom(() => link.ask('metrics', null));
    // Whoever says how many it has is told how many the others have.
    link.notify('connections', 0);
    this.timer = setInterval(() => this.tellConnections(), LOOK_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private tellConnections(): void {
    const { size } = this.registry;
    if (size === this.told) return;
    this.told = size;
    this.supervisor.link.notify('connections', size);
  }
}
