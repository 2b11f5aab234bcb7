import { Controller, Get, UseFilters } from '@nestjs/common';
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
    return this.health.check([() => this.checkDatabase(), () => this.checkBroker(), () => this.checkDrain()]);
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

  private checkDrain(): HealthIndicatorResult {
    const indicator = this.indicators.check('service');
    return this.drain.draining ? indicator.down('The service is draining: it is about to stop.') : indicator.up();
  }
}
