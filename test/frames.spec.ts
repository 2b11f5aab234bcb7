import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

describe('frames', () => {
  let gateway: Gateway;
  let client: TestClient;

  beforeAll(async () => {
    gateway = await startGateway({ JWT_SECRET, LIMIT_FRAME_BYTES: '2048' });
  }, 40_000);
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
    await client.next('welcome');
  });
  afterEach(() => client.close());

  it.each(['', 'x', '{', '[]', 'null', '1', '"ping"', '{}', '{"type":1}'])('answers %j BAD_FRAME', async (text) => {
    client.socket.send(text);
    expect(await client.next('error')).toEqual({
      type: 'error',
      code: 'BAD_FRAME',
      message: expect.any(String),
      retryable: false,
    });
  });

  it('answers a binary frame BAD_FRAME', async () => {
    client.socket.send(Buffer.from('{"type":"ping"}'));
    expect((await client.next('error')).code).toBe('BAD_FRAME');
  });

  it('answers a bad id BAD_FRAME, naming it', async () => {
    client.send({ type: 'ping', id: 'x'.repeat(65) });
    client.send({ type: 'ping', id: 1 });
    for (let n = 0; n < 2; n++) expect((await client.next('error')).message).toMatch(/^id /);
  });

  it.each([
    [{ type: 'subscribe' }, 'BAD_FRAME', /topic, channel/],
    [{ type: 'subscribe', topic: 'a', channel: 'b' }, 'BAD_FRAME', /topic, channel/],
    [{ type: 'subscribe', topic: 'a', events: ['UPSERT'] }, 'BAD_FRAME', /events/],
    [{ type: 'subscribe', topic: 'a', fields: [1] }, 'INVALID_FIELDS', /^each value in fields must be a string/],
    [{ type: 'publish', event: 'e', data: 1 }, 'BAD_FRAME', /channel/],
    [{ type: 'publish', channel: 'c', data: 1 }, 'BAD_FRAME', /event/],
    [{ type: 'auth' }, 'BAD_FRAME', /token/],
    [{ type: 'unsubscribe' }, 'BAD_FRAME', /stream, topic, channel/],
    [{ type: 'unsubscribe', stream: 'none' }, 'NOT_SUBSCRIBED', /^stream: /],
    [{ type: 'unsubscribe', topic: 'none' }, 'NOT_SUBSCRIBED', /^topic: /],
    [{ type: 'nonsense' }, 'UNKNOWN_TYPE', /^type: there is no command "nonsense", but auth, subscribe, unsubscribe,/],
    [{ type: 'constructor' }, 'UNKNOWN_TYPE', /type/],
    [{ type: 'presence', channel: 'c', state: {} }, 'NOT_SUBSCRIBED', /channel/],
    [{ type: 'subscribe', channel: 'user:somebody-else' }, 'FORBIDDEN', /^channel: .*subscribe/],
    [{ type: 'publish', channel: 'user:somebody-else', event: 'e' }, 'FORBIDDEN', /^channel: .*publish/],
  ])('answers %j %s', async (frame, code, message) => {
    expect(await client.request({ ...frame, id: '1' })).toEqual({
      type: 'error',
      id: '1',
      code,
      message: expect.stringMatching(message),
      retryable: false,
    });
    expect(await client.request({ type: 'ping', id: '2' })).toMatchObject({ type: 'pong' });
  });

  it('answers in command order', async () => {
    for (let id = 0; id < 60; id += 3) {
      client.send({ type: 'subscribe', id: `${id}`, channel: `room:${id}` });
      client.send({ type: 'nonsense', id: `${id + 1}` });
      client.send({ type: 'ping', id: `${id + 2}` });
    }
    await client.reply('59');
    const ids = client.frames.flatMap((frame) => ('id' in frame && frame.id !== undefined ? [Number(frame.id)] : []));
    expect(ids).toEqual([...ids.keys()]);
    expect(ids).toHaveLength(60);
  });

  it('ignores fields that it does not know', async () => {
    expect(await client.request({ type: 'ping', id: '1', unknown: { a: [1] } })).toEqual({
      type: 'pong',
      id: '1',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('publishes to all subscribers, or all but the publisher', async () => {
    const other = await TestClient.connect(gateway.url, { token: tokenOf('user-2') });
    for (const each of [client, other]) await each.request({ type: 'subscribe', id: 's', channel: 'room:1' });
    const publish = { type: 'publish', channel: 'room:1', event: 'said' };
    expect(await client.request({ ...publish, id: '1', data: { n: 1 } })).toMatchObject({ type: 'ack' });
    await client.request({ ...publish, id: '2', data: { n: 2 }, echo: false });
    expect(await client.next('message')).toMatchObject({ event: 'said', data: { n: 1 }, from: 'user-1' });
    expect(await other.next('message')).toMatchObject({ data: { n: 1 } });
    expect(await other.next('message')).toMatchObject({ data: { n: 2 } });
    await client.request({ type: 'ping', id: '3' });
    expect(client.types.filter((type) => type === 'message')).toHaveLength(1);
    await other.close();
  });

  it('closes with 1009 for a frame that is too large', async () => {
    client.send({ type: 'publish', channel: 'room:1', event: 'e', data: 'x'.repeat(2_048) });
    expect((await client.closed).code).toBe(1009);
  });

  it('closes with 4400 who keeps sending what is no frame', async () => {
    for (let n = 0; n < 100; n++) client.socket.send('garbage');
    expect((await client.closed).code).toBe(4400);
  });
});
