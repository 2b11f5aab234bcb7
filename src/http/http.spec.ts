import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Global, Module, type INestApplication, type LoggerService } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthModule } from '../auth/auth.module.js';
import { TokenIssuer } from '../auth/tokens/token-issuer.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { ChannelsService } from '../channels/channels.service.js';
import { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import { ControlService } from '../control/control.service.js';
import { Subscriptions } from '../delivery/subscriptions.js';
import type { Delivery } from '../delivery/delivery.js';
import { frameOf } from '../../test/support/frame-of.js';
import { UnaskedDatabase } from '../../test/support/unasked-database.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { DatabaseState } from '../surreal/connection/database-state.js';
import { ChannelsController } from './channels.controller.js';
import { DotNames } from './dot-names.js';
import { HttpErrorFilter } from './http-error.filter.js';
import { PrincipalsController } from './principals.controller.js';
import { StatsController } from './stats.controller.js';

const FRAME_BYTES = 4_096;
const POLICY = {
  channels: {
    'room:*': { subscribe: 'authenticated', publish: 'authenticated', history: { size: 3, age: '1h' } },
    'user:{id}': { subscribe: { principal: '{id}' }, publish: 'service' },
    audit: { subscribe: 'service', publish: 'none' },
    '.': { subscribe: 'service', publish: 'service', history: { size: 3, age: '1h' } },
    '..': { subscribe: 'service', publish: 'service', history: { size: 3, age: '1h' } },
  },
};

/** None of this asks a database: nobody listens there. */
const NO_DATABASE = 'ws://127.0.0.1:1/rpc';

describe('the server API', () => {
  let folder: string;
  let app: INestApplication;
  let url: string;
  let logged: unknown[];
  let received: Delivery[];
  const disconnected: string[] = [];

  async function start(env: Record<string, string>): Promise<void> {
    const config = loadConfig({
      JWT_SECRET: 'x'.repeat(64),
      LIMIT_FRAME_BYTES: String(FRAME_BYTES),
      SURREAL_URL: NO_DATABASE,
      ...env,
    });

    @Global()
    @Module({
      providers: [{ provide: Config, useValue: config }],
      exports: [Config],
    })
    class GroundModule {}

    const control = { disconnect: async (id: string) => disconnected.push(id) };
    @Module({
      imports: [GroundModule, MetricsModule, UnaskedDatabase, AuthModule, ChannelsModule],
      controllers: [ChannelsController, PrincipalsController, StatsController],
      providers: [
        DotNames,
        { provide: APP_FILTER, useClass: HttpErrorFilter },
        { provide: ControlService, useValue: control },
      ],
    })
    class TestModule {}

    logged = [];
    const keep = (message: unknown) => {
      // That there is no database is said for each connection to it.
      if (message !== 'down: the connection was closed (1006)') logged.push(message);
    };
    const logger: LoggerService = { log: () => undefined, error: keep, warn: keep, fatal: keep };
    app = await NestFactory.create(TestModule, { logger, bodyParser: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/api/v1`;
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'http-'));
    const policyFile = join(folder, 'policy.json');
    writeFileSync(policyFile, JSON.stringify(POLICY));
    await start({ API_KEY: 'key-1', POLICY_FILE: policyFile });
    received = [];
    await app.get(ChannelsService).subscribe(
      {
        id: 'c1',
        subscriptions: new Subscriptions(10),
        closed: false,
        send: (frame) => received.push(frame),
        drained: async () => undefined,
      },
      { channel: 'room:a/b' },
    );
  });
  afterEach(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  async function post(path: string, body: unknown, headers: Record<string, string> = { 'x-api-key': 'key-1' }) {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  const refused = (code: string, message: RegExp) => ({ error: { code, message: expect.stringMatching(message) } });
  const lastMessage = (): unknown => {
    const last = received.at(-1);
    return last && frameOf(last);
  };

  it('publishes to whoever is subscribed, and answers the cursor', async () => {
    const data = { text: 'hi', constructor: 'kept' };
    const { status, body } = await post('/channels/room:a%2Fb/messages', { event: 'said', data });
    expect(status).toBe(202);
    expect(lastMessage()).toMatchObject({
      type: 'message',
      channel: 'room:a/b',
      event: 'said',
      data,
      ...(body as object),
    });
    expect(lastMessage()).not.toHaveProperty('from');
  });

  it('takes a key once', async () => {
    const first = await post('/channels/room:a%2Fb/messages', { event: 'said', data: 1, key: 'k' });
    const again = await post('/channels/room:a%2Fb/messages', { event: 'said', data: 1, key: 'k' });
    expect(again).toEqual(first);
    expect(received.filter(({ type }) => type === 'message')).toHaveLength(1);
  });

  it('tells who published with a service token', async () => {
    const token = app.get(TokenIssuer).issue({ principal: 'mailer', roles: ['service'], expiresIn: '1h' });
    const headers = { authorization: `Bearer ${token}` };
    expect((await post('/channels/room:a%2Fb/messages', { event: 'e', data: null }, headers)).status).toBe(202);
    expect(lastMessage()).toMatchObject({ from: 'mailer' });
  });

  describe('the history of a channel', () => {
    async function history(path: string, headers: Record<string, string> = { 'x-api-key': 'key-1' }) {
      const response = await fetch(`${url}/channels/${path}`, { headers });
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        body: (await response.json()) as unknown,
      };
    }
    const publish = (data: unknown) => post('/channels/room:a%2Fb/messages', { event: 'said', data });
    const dataOf = ({ body }: { body: unknown }) =>
      (body as { messages: { data: unknown }[] }).messages.map(({ data }) => data);

    it('is told as it was published, oldest first', async () => {
      const data = { text: '"ö\u2028', constructor: 'kept' };
      const { body: published } = await publish(data);
      const token = app.get(TokenIssuer).issue({ principal: 'mailer', roles: ['service'], expiresIn: '1h' });
      const headers = { authorization: `Bearer ${token}` };
      await post('/channels/room:a%2Fb/messages', { event: 'e"', data: null }, headers);
      expect(await history('room:a%2Fb/history', headers)).toEqual({
        status: 200,
        type: 'application/json; charset=utf-8',
        body: {
          messages: [
            { event: 'said', data, time: expect.stringMatching(/Z$/), ...(published as object) },
            { event: 'e"', data: null, from: 'mailer', cursor: expect.any(String), time: expect.any(String) },
          ],
          epoch: expect.any(String),
        },
      });
    });

    it('is of the newest, as many as are asked for', async () => {
      for (const data of [1, 2, 3, 4]) await publish(data);
      expect(dataOf(await history('room:a%2Fb/history'))).toEqual([2, 3, 4]);
      expect(dataOf(await history('room:a%2Fb/history?limit=2'))).toEqual([3, 4]);
    });

    it('is empty for a channel on which nothing was said', async () => {
      expect((await history('room:2/history')).body).toEqual({ messages: [], epoch: expect.any(String) });
    });

    it.each(['0', '10001', '-1', '1.5', 'all', '', '1&limit=2'])('answers 400 to limit=%s', async (limit) => {
      expect(await history(`room:1/history?limit=${limit}`)).toMatchObject({
        status: 400,
        body: refused('BAD_REQUEST', /^limit /),
      });
    });

    it('is for those with the key only, and where the policy lets them subscribe', async () => {
      expect((await history('room:1/history', {})).status).toBe(401);
      expect(await history('user:ann/history')).toMatchObject({ status: 403, body: refused('FORBIDDEN', /policy/) });
      expect((await history('audit/history')).status).toBe(200);
    });
  });

  it.each(['.', '..', '%2E', '%2e.'])('takes a name that URL parsers take for a step: %s', async (name) => {
    const data = { name };
    expect((await post(`/channels/${name}/messages`, { event: 'e', data })).status).toBe(202);
    const response = await fetch(`${url}/channels/${name}/history?limit=1`, { headers: { 'x-api-key': 'key-1' } });
    expect(await response.json()).toMatchObject({ messages: [{ event: 'e', data }] });
    const { messages } = await app.get(ChannelsService).history(decodeURIComponent(name), 1);
    expect(messages).toHaveLength(1);
    expect((await post(`/principals/${name}/disconnect`, {})).status).toBe(200);
    expect(disconnected.pop()).toBe(decodeURIComponent(name));
  });

  it('lets the API key publish where only services may', async () => {
    expect((await post('/channels/user:ann/messages', { event: 'e', data: 1 })).status).toBe(202);
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { 'x-api-key': 'key-2' }],
    ['a bad token', { authorization: 'Bearer nonsense' }],
  ])('answers 401 to %s', async (_, headers) => {
    expect(await post('/channels/room:1/messages', { event: 'e', data: 1 }, headers)).toMatchObject({
      status: 401,
      body: refused('UNAUTHENTICATED', /./),
    });
  });

  it('answers 403 where the policy lets nobody publish, or names no such channel', async () => {
    for (const channel of ['audit', 'unnamed']) {
      expect(await post(`/channels/${channel}/messages`, { event: 'e', data: 1 })).toMatchObject({
        status: 403,
        body: refused('FORBIDDEN', /policy/),
      });
    }
  });

  it('answers 403 to a token without the role of a service', async () => {
    const token = app.get(TokenIssuer).issue({ principal: 'user-1', roles: ['admin'], expiresIn: '1h' });
    const headers = { authorization: `Bearer ${token}` };
    expect((await post('/channels/room:1/messages', { event: 'e', data: 1 }, headers)).status).toBe(403);
  });

  it.each([
    ['{', /JSON object/],
    ['[]', /JSON object/],
    ['7', /JSON object/],
    [{ data: 1 }, /^event /],
    [{ event: 7, data: 1 }, /^event /],
    [{ event: '', data: 1 }, /^event /],
    [{ event: 'x'.repeat(129), data: 1 }, /^event /],
    [{ event: 'e' }, /^data /],
    [{ event: 'e', data: 1, key: 7 }, /^key /],
    [{ event: 'e', data: 1, key: '' }, /^key /],
  ])('answers 400 to the body %j, naming the field', async (body, message) => {
    expect(await post('/channels/room:1/messages', body)).toEqual({
      status: 400,
      body: refused('BAD_REQUEST', message),
    });
    expect(logged).toEqual([]);
  });

  it.each([
    ['text/plain', '{"event":"e","data":1}'],
    ['application/x-www-form-urlencoded', 'event=e&data=1'],
  ])('answers 400 to a body that is sent as %s', async (type, body) => {
    expect(await post('/channels/room:1/messages', body, { 'x-api-key': 'key-1', 'content-type': type })).toEqual({
      status: 400,
      body: refused('BAD_REQUEST', /sent as application\/json/),
    });
  });

  it('answers 400 to a bad channel name', async () => {
    expect(await post('/channels/room:%00/messages', { event: 'e', data: 1 })).toEqual({
      status: 400,
      body: refused('BAD_REQUEST', /^channel /),
    });
    expect((await post('/channels/%E0%A4%A/messages', { event: 'e', data: 1 })).status).toBe(400);
    // The policy names none of these.
    for (const channel of ['%00', 'a'.repeat(257)]) {
      expect(await post(`/channels/${channel}/messages`, { event: 'e', data: 1 })).toEqual({
        status: 400,
        body: refused('BAD_REQUEST', /^channel has to be/),
      });
    }
  });

  it('answers 413 to a body beyond the frame limit, and takes one within', async () => {
    const bodyOf = (bytes: number) =>
      JSON.stringify({ event: 'e', data: '' }).replace('""', `"${'x'.repeat(bytes - 23)}"`);
    expect(Buffer.byteLength(bodyOf(FRAME_BYTES))).toBe(FRAME_BYTES);
    expect((await post('/channels/room:1/messages', bodyOf(FRAME_BYTES))).status).toBe(202);
    expect(await post('/channels/room:1/messages', bodyOf(FRAME_BYTES + 1))).toEqual({
      status: 413,
      body: refused('LIMIT_EXCEEDED', /4096 bytes/),
    });
  });

  it('disconnects a principal', async () => {
    const answer = await post('/principals/record%3Aann/disconnect', {});
    expect(answer).toEqual({ status: 200, body: { disconnected: 1 } });
    expect(disconnected).toEqual(['record:ann']);
    expect((await post('/principals/ann/disconnect', {}, {})).status).toBe(401);
  });

  it('tells what it carries', async () => {
    app.get(MetricsService).connections.set(3);
    app.get(DatabaseState).down('The connection was refused.');
    const response = await fetch(`${url}/stats`, { headers: { authorization: 'Bearer key-1' } });
    expect(await response.json()).toEqual({
      connections: 3,
      subscriptions: 0,
      streams: 1,
      channels: 1,
      uptime: expect.any(Number),
      database: { status: 'down', reason: 'The connection was refused.' },
    });
    expect((await fetch(`${url}/stats`)).status).toBe(401);
  });

  it('answers 404 to what is not there, without repeating the token in its address', async () => {
    const response = await fetch(`${url}/channels/room:1/future?token=secret`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: { code: 'NOT_FOUND', message: 'There is nothing at this address.' },
    });
    expect(JSON.stringify(logged)).not.toContain('secret');
  });

  it('knows no right key when none is configured', async () => {
    await app.close();
    await start({});
    for (const key of ['', 'key-1']) {
      expect((await post('/channels/room:1/messages', { event: 'e', data: 1 }, { 'x-api-key': key })).status).toBe(401);
    }
  });
});
