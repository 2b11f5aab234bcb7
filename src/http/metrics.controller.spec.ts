import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Module, type INestApplication } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.js';
import { ConfigModule } from '../config/config.module.js';
import { loadConfig } from '../config/load-config.js';
import { UnaskedDatabase } from '../../test/support/unasked-database.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { HttpErrorFilter } from './http-error.filter.js';
import { MetricsController } from './metrics.controller.js';

describe('GET /metrics', () => {
  let app: INestApplication;
  afterEach(() => app.close());

  async function start(env: Record<string, string> = {}) {
    @Module({
      imports: [ConfigModule.forRoot(loadConfig(env)), MetricsModule, UnaskedDatabase, AuthModule],
      controllers: [MetricsController],
      providers: [{ provide: APP_FILTER, useClass: HttpErrorFilter }],
    })
    class TestModule {}
    app = await NestFactory.create(TestModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/metrics`;
    return (headers: Record<string, string> = {}) => fetch(url, { headers });
  }

  it('answers in the text format that Prometheus scrapes', async () => {
    const get = await start();
    app.get(MetricsService).connections.set(7);
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('\nedge_hive_connections 7\n');
  });

  it.each<[number, string, Record<string, string>]>([
    [200, 'the key', { 'x-api-key': 'scraper' }],
    [200, 'the key as bearer', { authorization: 'Bearer scraper' }],
    [401, 'nothing', {}],
    [401, 'another key', { 'x-api-key': 'scrapes' }],
    [401, 'the key of the API', { 'x-api-key': 'backend' }],
    [401, 'a wrong key beside the right bearer', { 'x-api-key': 'x', authorization: 'Bearer scraper' }],
  ])('with a key answers %d to %s', async (status, _name, headers) => {
    const get = await start({ METRICS_KEY: 'scraper', API_KEY: 'backend' });
    const response = await get(headers);
    expect(response.status).toBe(status);
    expect((await response.text()).includes('edge_hive_connections')).toBe(status === 200);
  });
});
