import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiKeyGuard } from '../auth/api-key.guard.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { DatabaseState } from '../surreal/connection/database-state.js';

export interface Stats {
  readonly connections: number;
  readonly subscriptions: number;
  readonly streams: number;
  readonly channels: number;
  /** Seconds since the process started. */
  readonly uptime: number;
  readonly database: { readonly status: DatabaseState['status']; readonly reason?: string };
}

@Controller('api/v1/stats')
@UseGuards(ApiKeyGuard)
export class StatsController {
  constructor(
    private readonly metrics: MetricsService,
    private readonly database: DatabaseState,
  ) {}

  @Get()
  async stats(): Promise<Stats> {
    const { connections, subscriptions, streams, channels } = this.metrics;
    const { status, reason } = this.database;
    return {
      connections: await this.metrics.valueOf(connections),
      subscriptions: await this.metrics.valueOf(subscriptions),
      streams: await this.metrics.valueOf(streams),
      channels: await this.metrics.valueOf(channels),
      uptime: Math.round(process.uptime()),
      database: { status, ...(reason !== undefined && { reason }) },
    };
  }
}
