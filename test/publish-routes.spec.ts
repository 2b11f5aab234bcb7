import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REALTIME_PATH, type AckFrame, type SubscribedFrame } from '@edge-hive/protocol';
import { Module, type INestApplication, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../src/app.module.js';
import { loadConfig } from '../src/config/load-config.js';
import { PublishRoute } from '../src/realtime/publish-route.js';
import { RealtimeAdapter } from '../src/realtime/realtime.adapter.js';
import { TestClient } from './support/client.js';
import { openGuard } from './support/open-guard.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** As clients write it, a frame is read where it lies. With white space in it, it is parsed. */
const ROUTES: [string, boolean, Provider[], (frame: object) => string][] = [
  ['its own route', true, [], (frame) => JSON.stringify(frame)],
  ['its own route, parsed', true, [], (frame) => JSON.stringify(frame, undefined, 1)],
  ['Nest’s pipeline', false, [openGuard], (frame) => JSON.stringify(frame)],
];

const CHANNELS = {
  'room:*': { subscribe: 'authenticated', publish: 'authenticated', history: { size: 10, age: '1h' } },
  notices: { subscribe: 'public', publish: 'service' },
};

describe.each(ROUTES)('a publish by %s', (_, open, providers, write) => {
  let policy: PolicyFile;
  let app: INestApplication;
  let url: string;
  let client: TestClient;
  let other: TestClient;

  beforeAll(async () => {
    policy = await policyFile({ channels: CHANNELS });
    // No database is asked for anything here.
    const config = loadConfig({ JWT_SECRET, SURREAL_URL: 'ws://127.0.0.1:9/rpc', POLICY_FILE: policy.path });
    @Module({ imports: [AppModule.forRoot(config)], providers })
    class RoutedModule {}
    app = await NestFactory.create(RoutedModule, { logger: false });
    app.useWebSocketAdapter(new RealtimeAdapter(app));
    await app.listen(0, '127.0.0.1');
    url = `${(await app.getUrl()).replace('http', 'ws')}${REALTIME_PATH}`;
    client = await TestClient.connect(url, { token: tokenOf('ann') });
    other = await TestClient.connect(url, { token: tokenOf('bob') });
    for (const each of [client, other]) {
      await each.next('welcome');
      await each.request({ type: 'subscribe', id: 's', channel: 'room:a' });
    }
  });
  afterAll(async () => {
    await Promise.all([client.close(), other.close()]);
    await app.close();
    await policy.remove();
  });

  const send = (by: TestClient, frame: object) => by.socket.send(write(frame));
  const publish = (fields: object, by = client) => {
    send(by, { type: 'publish', id: 'p', channel: 'room:a', event: 'said', ...fields });
    return by.reply('p');
  };
  const subscribe = (by: TestClient, fields: object) => {
    send(by, { type: 'subscribe', id: 's', ...fields });
    return by.reply('s');
  };

  it('takes this way', () => {
    expect(app.get(PublishRoute).open).toBe(open);
  });

  it.each([[{ text: 'hi' }], [[1, 'two', null]], ['ä€😀'], [0.5], [null], [{ constructor: { __proto__: 1 } }]])(
    'is acknowledged and delivered to all: %j',
    async (data) => {
      const ack = await publish({ data });
      expect(ack).toMatchObject({ type: 'ack', id: 'p' });
      const { cursor } = ack as AckFrame;
      for (const each of [client, other]) {
        expect(await each.next('message')).toMatchObject({
          channel: 'room:a',
          event: 'said',
          data,
          from: 'ann',
          cursor,
        });
      }
    },
  );

  it('has null as data where it has none', async () => {
    await publish({});
    for (const each of [client, other]) expect(await each.next('message')).toMatchObject({ data: null });
  });

  it('is not delivered to its sender with echo: false', async () => {
    await publish({ data: 'quiet', echo: false });
    await publish({ data: 'loud' });
    expect(await client.next('message')).toMatchObject({ data: 'loud' });
    expect(await other.next('message')).toMatchObject({ data: 'quiet' });
    expect(await other.next('message')).toMatchObject({ data: 'loud' });
  });

  it('is done once for each key', async () => {
    const first = await publish({ data: 1, key: 'k' });
    expect(await publish({ data: 2, key: 'k' })).toEqual(first);
    await publish({ data: 3 });
    for (const each of [client, other]) {
      expect(await each.next('message')).toMatchObject({ data: 1 });
      expect(await each.next('message')).toMatchObject({ data: 3 });
    }
  });

  it('keeps the order of commands', async () => {
    for (let n = 0; n < 50; n += 1) {
      send(client, { type: 'publish', channel: 'room:a', event: 'said', data: n });
    }
    await client.request({ type: 'ping', id: 'p' });
    for (const each of [client, other]) {
      for (let n = 0; n < 50; n += 1) expect(await each.next('message')).toMatchObject({ data: n });
    }
  });

  it.each([
    [{ channel: 'notices' }, 'FORBIDDEN', /^channel: not allowed to publish here/],
    [{ channel: 'elsewhere' }, 'FORBIDDEN', /^channel: not allowed to publish here/],
    [{ channel: '' }, 'BAD_FRAME', /^channel has to be/],
    [{ channel: 'elsewhere\u0000' }, 'BAD_FRAME', /^channel has to be/],
    [{ channel: 'room:a\u0000' }, 'BAD_FRAME', /^channel/],
    [{ channel: `room:${'x'.repeat(300)}` }, 'BAD_FRAME', /^channel/],
    [{ channel: 5 }, 'BAD_FRAME', /^channel/],
    [{ event: '' }, 'BAD_FRAME', /^event/],
    [{ event: 'x'.repeat(200) }, 'BAD_FRAME', /^event/],
    [{ key: '' }, 'BAD_FRAME', /^key/],
    [{ echo: 'no' }, 'BAD_FRAME', /^echo/],
  ])('is refused with the field named: %j', async (fields, code, message) => {
    for (let n = 0; n < 2; n += 1) {
      expect(await publish(fields)).toMatchObject({
        type: 'error',
        id: 'p',
        code,
        message: expect.stringMatching(message) as unknown,
      });
    }
  });

  it('is refused of who has shown no token', async () => {
    const stranger = await TestClient.connect(url);
    expect(await publish({}, stranger)).toMatchObject({ type: 'error', code: 'UNAUTHENTICATED' });
    await stranger.close();
  });

  it('is delivered from a subscription to its end, and to one that comes back with what it missed', async () => {
    const late = await TestClient.connect(url, { token: tokenOf('cyd') });
    await late.next('welcome');
    const first = await subscribe(late, { channel: 'room:b' });
    expect(first).toMatchObject({ type: 'subscribed', channel: 'room:b' });
    const { cursor: since, epoch } = first as SubscribedFrame;
    send(late, { type: 'unsubscribe', id: 'u', channel: 'room:b' });
    expect(await late.reply('u')).toMatchObject({ type: 'unsubscribed', channel: 'room:b' });
    for (const data of [1, 2]) await publish({ channel: 'room:b', data });
    expect(await subscribe(late, { channel: 'room:b', since, epoch })).toMatchObject({ recovered: true });
    await publish({ channel: 'room:b', data: 3 });
    for (const data of [1, 2, 3]) expect(await late.next('message')).toMatchObject({ channel: 'room:b', data });
    await late.close();
  });

  it.each([
    [{ channel: 'elsewhere' }, 'FORBIDDEN', /^channel: not allowed to subscribe here/],
    [{ channel: '' }, 'BAD_FRAME', /^channel has to be/],
    [{ channel: 'room:a\u0000' }, 'BAD_FRAME', /^channel/],
    [{ channel: 'room:a', since: 5 }, 'INVALID_CURSOR', /^since/],
    [{ channel: 'room:a', topic: 'rows' }, 'BAD_FRAME', /topic.*channel|channel.*topic/],
  ])('has no subscriber that is wrong: %j', async (fields, code, message) => {
    expect(await subscribe(client, fields)).toMatchObject({
      type: 'error',
      code,
      message: expect.stringMatching(message) as unknown,
    });
  });
});
