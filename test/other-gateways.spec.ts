import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { Injectable, Module, type CanActivate, type ExecutionContext, type INestApplication } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { WebSocket } from 'ws';
import { AppModule } from '../src/app.module.js';
import { loadConfig } from '../src/config/load-config.js';
import { Session } from '../src/session/session.js';
import { RealtimeAdapter } from '../src/realtime/realtime.adapter.js';
import { TestClient } from './support/client.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** A gateway as the Nest documentation has it, on a path of its own. */
@WebSocketGateway({ path: '/echo' })
class EchoGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown): { event: string; data: unknown } {
    return { event: 'echoed', data };
  }
}

/** One that adds a command to the realtime protocol. */
@WebSocketGateway({ path: REALTIME_PATH })
class ClockGateway {
  @SubscribeMessage('clock')
  clock(@ConnectedSocket() connection: Session): void {
    connection.reply({ type: 'pong', id: 'clock', time: 'now' });
  }
}

// No database is asked for anything here.
const config = loadConfig({ JWT_SECRET, SURREAL_URL: 'ws://127.0.0.1:9/rpc' });

@Module({ imports: [AppModule.forRoot(config)], providers: [EchoGateway, ClockGateway] })
class ExtendedModule {}

/** Lets nobody publish. */
@Injectable()
class QuietHoursGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.getArgByIndex<{ type?: string }>(1).type !== 'publish';
  }
}

@Module({ imports: [AppModule.forRoot(config)], providers: [{ provide: APP_GUARD, useClass: QuietHoursGuard }] })
class GuardedModule {}

async function start(module: typeof ExtendedModule): Promise<{ app: INestApplication; url: string }> {
  const app = await NestFactory.create(module, { logger: false });
  app.useWebSocketAdapter(new RealtimeAdapter(app));
  await app.listen(0, '127.0.0.1');
  return { app, url: (await app.getUrl()).replace('http', 'ws') };
}

describe('other gateways', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    ({ app, url } = await start(ExtendedModule));
  });
  afterAll(() => app.close());

  it('speak as they always do on a path of their own', async () => {
    const socket = new WebSocket(`${url}/echo`);
    await once(socket, 'open');
    socket.send(JSON.stringify({ event: 'echo', data: { a: 1 } }));
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(message.toString())).toEqual({ event: 'echoed', data: { a: 1 } });
    socket.close();
  });

  it('add commands on the realtime path', async () => {
    const client = await TestClient.connect(`${url}${REALTIME_PATH}`, { token: tokenOf('user-1') });
    await client.next('welcome');
    client.send({ type: 'clock' });
    expect(await client.reply('clock')).toMatchObject({ time: 'now' });
    expect(await client.request({ type: 'ping', id: '1' })).toMatchObject({ type: 'pong' });
    expect(client.types).toEqual(['welcome', 'pong', 'pong']);
    await client.close();
  });
});

describe('a guard for every handler', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    ({ app, url } = await start(GuardedModule));
  });
  afterAll(() => app.close());

  it('is asked about publishes, too', async () => {
    const client = await TestClient.connect(`${url}${REALTIME_PATH}`, { token: tokenOf('user-1') });
    await client.next('welcome');
    const publish = { type: 'publish', id: 'p', channel: 'lobby', event: 'said' };
    expect(await client.request(publish)).toMatchObject({ type: 'error', code: 'FORBIDDEN' });
    expect(await client.request({ type: 'ping', id: '1' })).toMatchObject({ type: 'pong' });
    await client.close();
  });
});
