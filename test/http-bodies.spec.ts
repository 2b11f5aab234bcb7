import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from './support/gateway.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

describe('the body of a request', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({
      JWT_SECRET,
      API_KEY: 'the key of this test',
      HTTP_HEADERS_TIMEOUT_MS: '2000',
      HTTP_REQUEST_TIMEOUT_MS: '4000',
    });
  }, 40_000);
  afterAll(() => gateway.stop());

  /** The first line that answers a request of whose body half has been sent. */
  async function answerToHalf(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const { hostname, port, host } = new URL(gateway.httpUrl);
    const socket = connect(Number(port), hostname);
    const lines = Object.entries({ host, 'content-type': 'application/json', 'content-length': '200000', ...headers });
    socket.on('error', () => undefined);
    socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    socket.write(`{"event":"said","data":"${'x'.repeat(100_000)}`);
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
      socket.destroy();
    });
    await once(socket, 'close');
    return answer.split('\r\n')[0] ?? '';
  }

  it.each<[string, string, Record<string, string>]>([
    ['no key', 'HTTP/1.1 401 Unauthorized', {}],
    ['a wrong key', 'HTTP/1.1 401 Unauthorized', { 'x-api-key': 'another' }],
    ['a token of no service', 'HTTP/1.1 403 Forbidden', { authorization: `Bearer ${tokenOf('user-1')}` }],
  ])('is not waited for, nor kept, where the request has %s', async (_name, answer, headers) => {
    expect(await answerToHalf('/api/v1/channels/room/messages', headers)).toBe(answer);
  });

  it('is not waited for where nothing is, nor where nobody reads it', async () => {
    expect(await answerToHalf('/nothing')).toBe('HTTP/1.1 404 Not Found');
    expect(await answerToHalf('/page/rows', { host: 'another.example' })).toBe('HTTP/1.1 403 Forbidden');
    expect(await answerToHalf('/metrics')).toBe('HTTP/1.1 404 Not Found');
  });

  it('is waited for with the key, until its time is over', async () => {
    const key = { 'x-api-key': 'the key of this test' };
    expect(await answerToHalf('/api/v1/channels/room/messages', key)).toMatch(/^(HTTP\/1.1 408 .*)?$/);
  });
});
