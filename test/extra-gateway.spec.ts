import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Surreal } from 'surrealdb';
import { WebSocket, type ClientOptions } from 'ws';
import { TickerModule } from '../examples/extra-gateway/ticker.module.js';
import { AppModule } from '../src/app.module.js';
import { loadConfig } from '../src/config/load-config.js';
import { MetricsService } from '../src/metrics/metrics.service.js';
import { RealtimeAdapter } from '../src/realtime/realtime.adapter.js';
import { TestClient } from './support/client.js';
import { sharedDatabase } from './support/database.js';
import { beforeExpiry } from './support/expiry.js';
import { databaseEnv } from './support/service.js';
import { tokenOf } from './support/tokens.js';

const database = sharedDatabase();
let writer: Surreal;
let app: INestApplication;
let url: string;

beforeAll(async () => {
  writer = await database.connect();
  await writer.query('DEFINE TABLE prices CHANGEFEED 1h INCLUDE ORIGINAL; CREATE prices:tea SET cents = 250');
});
afterAll(() => database.stop());

/** The whole service with the ticker beside it. */
async function start(env: Record<string, string>): Promise<void> {
  const config = loadConfig({ ...databaseEnv(database), ...env });
  @Module({ imports: [AppModule.forRoot(config), TickerModule] })
  class ExtendedModule {}
  app = await NestFactory.create(ExtendedModule, { logger: false });
  app.useWebSocketAdapter(new RealtimeAdapter(app));
  await app.listen(0, '127.0.0.1');
  const httpUrl = await app.getUrl();
  url = httpUrl.replace('http', 'ws');
  // It listens before it has reached the database.
  while (!(await fetch(`${httpUrl}/health/ready`)).ok) await pause(20);
}

function open(query: string, options?: ClientOptions): Display {
  return new Display(`${url}/api/v1/ticker?${query}`, options);
}

describe('the extra gateway of docs/extending.md', () => {
  beforeAll(() => start({ HEARTBEAT_INTERVAL_MS: '300', HEARTBEAT_TIMEOUT_MS: '2000' }));
  afterAll(() => app.close());

  it('sends the rows that there are, then changes', async () => {
    const display = open(`topic=prices&token=${tokenOf('display-1')}`);
    expect(await display.next()).toEqual({ action: 'SNAPSHOT', row: { id: 'prices:tea', cents: 250 } });
    await writer.query('UPDATE prices:tea SET cents = 270');
    expect(await display.next()).toEqual({ action: 'UPDATE', row: { id: 'prices:tea', cents: 270 } });
    display.socket.close();
  });

  it('shares the stream with the realtime endpoint, which goes on as before', async () => {
    const token = tokenOf('user-1');
    const client = await TestClient.connect(`${url}${REALTIME_PATH}`, { token });
    client.send({ type: 'subscribe', topic: 'prices' });
    await client.next('subscribed');
    const display = open(`topic=prices&token=${token}`);
    await display.next();
    const stats = await (await fetch(`${url.replace('ws', 'http')}/metrics`)).text();
    expect(stats).toContain('edge_hive_streams 1\n');
    await writer.query('CREATE prices:milk SET cents = 120');
    expect(await client.next('event')).toMatchObject({ data: { id: 'prices:milk' } });
    await client.close();
    display.socket.close();
  });

  it('asks for a token', async () => {
    expect(await open('topic=prices').closed).toBe(4403);
  });

  it('refuses a token that is wrong', async () => {
    expect(await open('topic=prices&token=wrong').closed).toBe(4401);
  });

  it('closes when the token expires', async () => {
    const code = await beforeExpiry(async (exp) => {
      const closed = await open(`topic=prices&token=${tokenOf('display-1', { exp })}`).closed;
      if (closed === 4401) throw new Error('The token was refused.');
      return closed;
    });
    expect(code).toBe(4410);
  });

  it('closes a display that sends more than a display has to say', async () => {
    const display = open(`topic=prices&token=${tokenOf('display-1')}`);
    await display.next();
    display.socket.send('x'.repeat(2_000));
    expect(await display.closed).toBe(1009);
  });

  it('closes a display from which nothing comes, not even a pong', async () => {
    const display = open(`topic=prices&token=${tokenOf('display-1')}`, { autoPong: false });
    expect(await display.closed).toBe(4408);
  });
});

describe('what the extra gateway has from its sessions', () => {
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= app.close());
  beforeAll(() => start({ LIMIT_OUTBOX_BYTES: '65536', HEARTBEAT_TIMEOUT_MS: '60000' }));
  afterAll(stop);

  it('closes a display that reads too slowly', async () => {
    const metrics = app.get(MetricsService);
    const closed = async () => (await metrics.exposition()).includes('edge_hive_slow_consumers_total 1\n');
    const display = open(`topic=prices&token=${tokenOf('display-1')}`);
    await display.next();
    display.socket.pause();
    const note = 'x'.repeat(200_000);
    for (let cents = 0; !(await closed()); cents += 1) {
      await writer.query('UPDATE prices:tea SET cents = $cents, note = $note', { cents, note });
    }
    display.socket.resume();
    expect(await display.closed).toBe(4430);
  });

  it('takes leave of displays before the service ends', async () => {
    await writer.query('UPDATE prices:tea SET note = NONE');
    const display = open(`topic=prices&token=${tokenOf('display-1')}`);
    await display.next();
    await stop();
    expect(await display.closed).toBe(1012);
  });
});

/** What a display sees. Messages queue until they are awaited. */
class Display {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  private readonly messages: unknown[] = [];

  constructor(url: string, options?: ClientOptions) {
    this.socket = new WebSocket(url, options);
    this.socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString())));
    this.closed = once(this.socket, 'close').then(([code]) => code as number);
  }

  async next(): Promise<unknown> {
    while (this.messages.length === 0) await once(this.socket, 'message');
    return this.messages.shift();
  }
}
