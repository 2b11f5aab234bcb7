import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { Registry } from 'prom-client';
import { MetricsKeyGuard } from '../auth/metrics-key.guard.js';
import { MetricsService } from '../metrics/metrics.service.js';

@Controller('metrics')
@UseGuards(MetricsKeyGuard)
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Header('cache-control', 'no-store')
  exposition(): Promise<string> {
    return this.metrics.exposition();
  }
}
