import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type INestApplication, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Surreal } from 'surrealdb';
import { TickerModule } from '../examples/extra-gateway/ticker.module.js';
import { AppModule } from '../src/app.module.js';
import { loadConfig } from '../src/config/load-config.js';
import { PublishRoute } from '../src/realtime/publish-route.js';
import { RealtimeAdapter } from '../src/realtime/realtime.adapter.js';
import { sharedDatabase } from './support/database.js';
import { beforeExpiry } from './support/expiry.js';
import { openGuard } from './support/open-guard.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { databaseEnv } from './support/service.js';
import { protocol, ticker, type TableReader, type TableTransport } from './support/table-readers.js';
import { tokenOf } from './support/tokens.js';

const TRANSPORTS: [string, boolean, Provider[], TableTransport][] = [
  ['the protocol', true, [], protocol],
  ['the protocol, with a guard for every handler', false, [openGuard], protocol],
  ['the ticker', true, [], ticker],
  ['the ticker, with a guard for every handler', false, [openGuard], ticker],
];

const TOPICS = {
  prices: { read: 'authenticated' },
  offers: { read: 'authenticated', where: { shop: '$claims.shop' }, fields: ['id', 'cents'] },
  secrets: { read: { role: 'admin' } },
  ghosts: { read: 'authenticated' },
};

describe.each(TRANSPORTS)('a table by %s', (_, open, providers, transport) => {
  const database = sharedDatabase();
  const readers: TableReader[] = [];
  let policy: PolicyFile;
  let writer: Surreal;
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    policy = await policyFile({ topics: TOPICS });
    writer = await database.connect();
    await writer.query(`
      DEFINE TABLE prices CHANGEFEED 1h INCLUDE ORIGINAL; DEFINE TABLE offers CHANGEFEED 1h INCLUDE ORIGINAL;
      DEFINE TABLE secrets CHANGEFEED 1h INCLUDE ORIGINAL`);
    const config = loadConfig({
      ...databaseEnv(database),
      SURREAL_MANAGE_CHANGEFEEDS: 'off',
      POLICY_FILE: policy.path,
    });
    @Module({ imports: [AppModule.forRoot(config), TickerModule], providers })
    class RoutedModule {}
    app = await NestFactory.create(RoutedModule, { logger: false });
    app.useWebSocketAdapter(new RealtimeAdapter(app));
    await app.listen(0, '127.0.0.1');
    const httpUrl = await app.getUrl();
    url = httpUrl.replace('http', 'ws');
    // It listens before it has reached the database.
    while (!(await fetch(`${httpUrl}/health/ready`)).ok) await pause(20);
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close();
  });
  afterAll(async () => {
    await app.close();
    await database.stop();
    await policy.remove();
  });

  async function read(topic: string, token = tokenOf('ann')): Promise<TableReader> {
    const reader = await transport.read(url, topic, token);
    if (typeof reader === 'string') throw new Error(`It was refused: ${reader}`);
    readers.push(reader);
    return reader;
  }

  it('takes this way', () => {
    expect(app.get(PublishRoute).open).toBe(open);
  });

  it('begins with the rows that there are, and goes on with each change, once and in order, the same for all', async () => {
    await writer.query('CREATE prices:tea SET cents = 250');
    const all = [await read('prices'), await read('prices', tokenOf('bob'))];
    await writer.query('CREATE prices:milk SET cents = 120');
    for (const cents of [130, 140]) await writer.query('UPDATE prices:milk SET cents = $cents', { cents });
    await writer.query('DELETE prices:milk');
    const expected = [
      'SNAPSHOT prices:tea 250',
      'CREATE prices:milk 120',
      'UPDATE prices:milk 130',
      'UPDATE prices:milk 140',
      'DELETE prices:milk',
    ];
    for (const reader of all) {
      await reader.until(expected.length);
      expect(reader.told.map((text) => text.replace(/^(DELETE \S+).*/, '$1'))).toEqual(expected);
    }
  });

  it('shows the rows and fields that the rights cover, and no others', async () => {
    await writer.query(`
      CREATE offers:tea SET cents = 1, shop = 'red'; CREATE offers:milk SET cents = 2, shop = 'blue'`);
    const red = await read('offers', tokenOf('ann', { shop: 'red' }));
    await writer.query(`
      UPDATE offers:milk SET cents = 3; UPDATE offers:tea SET cents = 4; CREATE offers:rum SET cents = 5, shop = 'red'`);
    await red.until(3);
    expect(red.told).toEqual(['SNAPSHOT offers:tea 1', 'UPDATE offers:tea 4', 'CREATE offers:rum 5']);
  });

  it.each([
    ['who shows no token', 'prices', undefined, 'unauthenticated'],
    ['whose token is wrong', 'prices', 'wrong', 'unauthenticated'],
    ['who may not read the table', 'secrets', tokenOf('ann'), 'forbidden'],
    ['who may read no such table', 'nothing', tokenOf('ann'), 'forbidden'],
    ['who asks for a table that is not there', 'ghosts', tokenOf('ann'), 'unknown'],
  ])('is shown to nobody %s', async (_who, topic, token, outcome) => {
    expect(await transport.read(url, topic, token)).toBe(outcome);
  });

  it('is shown until the token expires', async () => {
    await writer.query('UPSERT prices:tea SET cents = 250');
    const reader = await beforeExpiry((exp) => read('prices', tokenOf('ann', { exp })));
    expect(await reader.closed).toBe(4410);
  });
});
