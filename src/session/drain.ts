import { CLOSE_CODES } from '@edge-hive/protocol';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { DrainState } from '../health/drain-state.js';
import { LiveQueryService } from '../subscriptions/live-query.service.js';
import type { Session } from './session.js';
import { SessionRegistry } from './session-registry.js';

/** Connections closed at once, and the pause in ms before the next: clients must not come back all at the same moment. */
const SLICE = 250;
const PAUSE_MS = 20;

/** Lets clients go before the process does: each is sent what is its own, then 1012, within a deadline. */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Drain.name);

  constructor(
    private readonly config: Config,
    private readonly registry: SessionRegistry,
    private readonly state: DrainState,
    private readonly liveQueries: LiveQueryService,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.state.begin();
    this.liveQueries.deliverWaiting();
    const connections = [...this.registry];
    this.logger.log(`Draining ${connections.length} connections.`);
    await within(this.config.drainDeadlineMs, this.closeAll(connections));
    for (const session of this.registry) session.terminate();
  }

  private async closeAll(connections: readonly Session[]): Promise<void> {
    const gone: Promise<void>[] = [];
    for (let start = 0; start < connections.length; start += SLICE) {
      if (start > 0) await pause(PAUSE_MS);
      gone.push(...connections.slice(start, start + SLICE).map(close));
    }
    await Promise.all(gone);
  }
}

async function close(session: Session): Promise<void> {
  const gone = new Promise<void>((resolve) => session.whenGone(resolve));
  await session.drained();
  session.close(CLOSE_CODES.RESTARTING, 'the server is restarting');
  await gone;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Settles with the work, or at the deadline. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
