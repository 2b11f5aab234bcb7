import { Controller, Get, Optional, UseFilters } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { DatabaseState } from '../surreal/connection/database-state.js';
import { RedisState } from '../redis/redis-state.js';
import { DrainState } from './drain-state.js';
import { WorkersState } from './workers-state.js';
import { FailedCheckFilter } from './failed-check.filter.js';

@Controller('health')
@UseFilters(FailedCheckFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: DatabaseState,
    private readonly redis: RedisState,
    private readonly drain: DrainState,
    @Optional() private readonly workers?: WorkersState,
  ) {}

  /**
   * An answer is the proof that the event loop turns. No check of terminus: from the first shutdown hook on it answers
   * 503, and an orchestrator would kill what is only draining.
   */
  @Get('live')
  @HealthCheck()
  live(): HealthCheckResult {
    const info = this.indicators.check('process').up({ uptime: Math.round(process.uptime()) });
    return { status: 'ok', info, error: {}, details: info };
  }

  /**
   * 503, with the reasons, while new clients had better go elsewhere. Without Redis they had not: all instances share it, and topics
   * go on. So that is told, as `degraded`, and is no failure.
   */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    const checks = [() => this.checkDatabase(), () => this.checkBroker(), () => this.checkDrain()];
    const workers = this.workers?.now;
    return this.health.check(workers ? [...checks, () => this.checkWorkers(workers)] : checks);
  }

  private checkDatabase(): HealthIndicatorResult {
    const indicator = this.indicators.check('database');
    const { status, reason } = this.database;
    if (status === 'up') return indicator.up();
    return indicator.down(
      reason ?? (status === 'starting' ? 'The database has not answered yet.' : 'The database is away.'),
    );
  }

  private checkBroker(): HealthIndicatorResult {
    const indicator = this.indicators.check('broker');
    const { status, reason } = this.redis;
    return status === 'down' ? indicator.up({ degraded: true, message: reason ?? '' }) : indicator.up();
  }

  /** One that ended is started again, and the others serve meanwhile. */
  private checkWorkers({ serving, of }: { serving: number; of: number }): HealthIndicatorResult {
    return this.indicators.check('workers').up({ serving, of, ...(serving < of && { degraded: true }) });
  }

  private checkDrain(): HealthIndicatorResult {
    const indicator = this.indicators.check('service');
    return this.drain.draining ? indicator.down('The service is draining: it is about to stop.') : indicator.up();
  }
}
