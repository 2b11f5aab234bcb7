import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';
import { WebSocket } from 'ws';

describe('the embedded endpoint', () => {
  let surreal: SurrealProcess;

  beforeAll(async () => {
    surreal = await startSurreal({ allowedOrigins: ['https://app.example'] });
  });

  afterAll(() => surreal.stop());

  const open = async (socket: WebSocket): Promise<string> => {
    socket.on('error', () => undefined);
    const opened = once(socket, 'open').then(() => 'open');
    const refused = once(socket, 'unexpected-response').then(([, response]) =>
      String((response as { statusCode: number }).statusCode),
    );
    const outcome = await Promise.race([opened, refused]);
    socket.terminate();
    return outcome;
  };

  it.each([
    ['a page of an allowed origin', { origin: 'https://app.example' }, 'open'],
    ['a client that is no browser', {}, 'open'],
    ['a page of another origin', { origin: 'https://evil.example' }, '403'],
    ['a page of an origin that starts alike', { origin: 'https://app.example.evil' }, '403'],
    ['a page without an origin of its own', { origin: 'null' }, '403'],
  ])('decides about %s', async (_, options, outcome) => {
    expect(await open(new WebSocket(surreal.url, 'cbor', options))).toBe(outcome);
  });

  it('refuses other paths and subprotocols', async () => {
    expect(await open(new WebSocket(surreal.url.replace('/rpc', '/sql'), 'cbor'))).toBe('404');
    expect(await open(new WebSocket(surreal.url, 'json'))).toBe('400');
  });

  it.each([
    ['text', 'hello', 1003],
    ['what is no CBOR', Buffer.from([0xff, 0xff]), 1007],
  ])('closes a socket that sends %s', async (_, message, code) => {
    const socket = new WebSocket(surreal.url, 'cbor');
    await once(socket, 'open');
    socket.on('error', () => undefined);
    socket.send(message);
    expect((await once(socket, 'close'))[0]).toBe(code);
  });

  it('closes a socket that announces a message over 128 MiB', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const handshake = { ...headers, 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-protocol': 'cbor' };
    const asked = request(surreal.url.replace('ws:', 'http:'), { headers: handshake }).end();
    const [, stream] = (await once(asked, 'upgrade')) as [unknown, Socket];
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(129n * 1024n * 1024n);
    stream.write(Buffer.concat([Buffer.from([0x82, 0xff]), size])); // a masked binary frame of that size
    const [close] = (await once(stream, 'data')) as [Buffer];
    expect([close[0], close.readUInt16BE(2)]).toEqual([0x88, 1009]);
    stream.destroy();
  });

  it('answers a call without a method and serves on', async () => {
    const socket = new WebSocket(surreal.url, 'cbor');
    await once(socket, 'open');
    socket.send(Buffer.from([0xa1, 0x62, 0x69, 0x64, 0x07])); // {id: 7}
    const [reply] = (await once(socket, 'message')) as [Buffer];
    expect(reply.toString('latin1')).toContain('method must be a string');
    expect(reply.subarray(0, 5)).toEqual(Buffer.from([0xa2, 0x62, 0x69, 0x64, 0x07]));
    socket.terminate();
  });

  it('tells its health and version', async () => {
    const http = surreal.url.replace('ws:', 'http:').replace('/rpc', '');
    expect((await fetch(`${http}/health`)).status).toBe(200);
    expect(await (await fetch(`${http}/version`)).text()).toMatch(/^surrealdb-3\./);
    expect((await fetch(`${http}/sql`)).status).toBe(404);
  });
});
