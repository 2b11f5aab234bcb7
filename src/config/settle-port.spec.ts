import { describe, expect, it } from '@jest/globals';
import { Config } from './config.js';
import { loadConfig } from './load-config.js';
import { settlePort } from './settle-port.js';

describe('PORT=0', () => {
  it('is a free port before the database starts, and leaves every other setting', async () => {
    const config = loadConfig({ PORT: '0', HOST: '127.0.0.1', LIMIT_SUBSCRIPTIONS: '7' });
    const settled = await settlePort(config);
    expect(settled.port).toBeGreaterThan(0);
    expect(settled).toEqual(Object.assign(new Config(), config, { port: settled.port }));
    expect(Object.isFrozen(settled)).toBe(true);
  });

  it.each([
    { name: 'another port', env: { PORT: '8443' } },
    { name: 'production', env: { PORT: '0', NODE_ENV: 'production' } },
    { name: 'a database elsewhere', env: { PORT: '0', SURREAL_URL: 'ws://db.example.com/rpc' } },
  ])('stays as it is with $name', async ({ env }) => {
    const config = loadConfig(env);
    expect(await settlePort(config)).toBe(config);
  });
});
