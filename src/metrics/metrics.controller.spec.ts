import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsModule } from './metrics.module.js';
import { MetricsService } from './metrics.service.js';

describe('GET /metrics', () => {
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    app = await NestFactory.create(MetricsModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/metrics`;
  });
  afterEach(() => app.close());

  it('answers in the text format that Prometheus scrapes', async () => {
    app.get(MetricsService).connections.set(7);
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('\nedge_hive_connections 7\n');
  });
});
