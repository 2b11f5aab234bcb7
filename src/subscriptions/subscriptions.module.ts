import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RightsModule } from '../rights/rights.module.js';
import { RowAsker } from './asked/row-asker.js';
import { ChangeLog } from './change-log.js';
import { ChangeRouter } from './change-router.js';
import { Checkpoints } from './checkpoints.js';
import { FilterBudget } from './filter-budget.js';
import { filterLimits } from './filter-limits.js';
import { LiveQueryService } from './live-query.service.js';
import { LogBackfill } from './log-backfill.js';
import { Resumptions } from './resumptions.js';
import { RowBudget } from './row-budget.js';
import { Snapshots } from './snapshots.js';
import { Topics } from './topics.js';

/** Subscriptions to tables. */
@Module({
  imports: [AuthModule, RightsModule],
  providers: [
    { provide: ChangeLog, useFactory: changeLog, inject: [Config, MetricsService] },
    ChangeRouter,
    Checkpoints,
    { provide: FilterBudget, useFactory: filterBudget, inject: [Config, MetricsService] },
    LiveQueryService,
    LogBackfill,
    Resumptions,
    { provide: RowBudget, useFactory: rowBudget, inject: [Config, MetricsService] },
    RowAsker,
    Snapshots,
    Topics,
  ],
  exports: [LiveQueryService],
})
export class SubscriptionsModule {}

function changeLog({ limitLogBytes }: Config, metrics: MetricsService): ChangeLog {
  const log = new ChangeLog(limitLogBytes);
  metrics.changeLogBytes.readFrom(() => log.bytes);
  return log;
}

function rowBudget({ limitRowIndexBytes }: Config, metrics: MetricsService): RowBudget {
  const budget = new RowBudget(limitRowIndexBytes);
  metrics.rowIndexBytes.readFrom(() => budget.bytes);
  return budget;
}

function filterBudget(config: Config, metrics: MetricsService): FilterBudget {
  const budget = new FilterBudget(filterLimits(config));
  metrics.filterBytes.readFrom(() => budget.bytes);
  metrics.filterScans.readFrom(() => budget.scans);
  return budget;
}
