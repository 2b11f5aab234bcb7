import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DatabaseState } from '../surreal/connection/database-state.js';
import { RedisState } from '../redis/redis-state.js';
import { DrainState } from './drain-state.js';
import { HealthController } from './health.controller.js';
import { QUIET_TERMINUS } from './health.module.js';

@Module({
  imports: [QUIET_TERMINUS],
  controllers: [HealthController],
  providers: [DatabaseState, DrainState, RedisState],
})
class TestModule {}

describe('health', () => {
  let app: INestApplication;
  let logged: unknown[];

  beforeEach(async () => {
    logged = [];
    const keep = (message: unknown) => logged.push(message);
    const logger: LoggerService = { log: () => undefined, error: keep, warn: keep, fatal: keep };
    app = await NestFactory.create(TestModule, { logger });
    await app.listen(0, '127.0.0.1');
  });
  afterEach(() => app.close());

  async function get(path: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${await app.getUrl()}/health/${path}`);
    return { status: response.status, body: await response.json() };
  }

  it('is ready while the database is up', async () => {
    app.get(DatabaseState).up();
    expect(await get('ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('is not ready before the database has answered', async () => {
    expect(await get('ready')).toMatchObject({
      status: 503,
      body: { status: 'error', error: { database: { status: 'down', message: 'The database has not answered yet.' } } },
    });
  });

  it('is ready, and says that it is degraded, while Redis is away', async () => {
    app.get(DatabaseState).up();
    app.get(RedisState).down('Redis does not answer.');
    expect(await get('ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', info: { broker: { status: 'up', degraded: true, message: 'Redis does not answer.' } } },
    });
    app.get(RedisState).up();
    expect(await get('ready')).toMatchObject({ status: 200, body: { info: { broker: { status: 'up' } } } });
  });

  it('tells why the database is down, and logs nothing for each probe', async () => {
    app.get(DatabaseState).down('The connection was refused.');
    expect(await get('ready')).toMatchObject({
      status: 503,
      body: { error: { database: { status: 'down', message: 'The connection was refused.' } } },
    });
    expect(logged).toEqual([]);
  });

  it('is alive but not ready while it drains', async () => {
    app.get(DatabaseState).up();
    app.get(DrainState).begin();
    expect(await get('live')).toMatchObject({
      status: 200,
      body: { status: 'ok', info: { process: { status: 'up' } } },
    });
    expect(await get('ready')).toMatchObject({
      status: 503,
      body: { info: { database: { status: 'up' } }, error: { service: { status: 'down' } } },
    });
  });

  it('is alive while the database is away', async () => {
    expect((await get('live')).status).toBe(200);
  });
});
