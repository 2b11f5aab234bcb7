import { describe, expect, it } from '@jest/globals';
import { isLocal, isOwnPage, type Arrival } from './locality.js';

type Headers = Arrival['headers'];

function arrival(headers: Headers, remoteAddress: string | undefined = '127.0.0.1', httpVersion = '1.1'): Arrival {
  return { headers: { host: 'localhost:8443', ...headers }, httpVersion, socket: { remoteAddress } };
}

describe('isLocal', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.7', false],
    ['::ffff:10.0.0.7', false],
    ['', false],
  ])('judges the address %j: %s', (address, local) => {
    expect(isLocal(arrival({}, address))).toBe(local);
  });

  it.each([
    ['localhost', true],
    ['LOCALHOST:8443', true],
    ['app.localhost:3000', true],
    ['127.0.0.1:8443', true],
    ['[::1]:8443', true],
    ['', false],
    ['realtime.example.com', false],
    ['localhost.example.com', false],
    ['127.0.0.1.example.com', false],
    ['notlocalhost', false],
    ['localhost:8443@example.com', false],
    ['10.0.0.7:8443', false],
    ['0.0.0.0:8443', false],
    ['[::]:8443', false],
  ])('judges the Host %j: %s', (host, local) => {
    expect(isLocal(arrival({ host }))).toBe(local);
  });

  it.each([
    ['http://localhost:8443', true],
    ['http://app.localhost', true],
    ['http://127.0.0.1:3000', true],
    ['https://[::1]:8443', true],
    ['https://site.example', false],
    ['http://localhost.site.example', false],
    ['http://127.0.0.1.site.example', false],
    ['file://localhost', false],
    ['null', false],
    ['', false],
  ])('judges the Origin %j: %s', (origin, local) => {
    expect(isLocal(arrival({ origin }))).toBe(local);
  });

  it.each<[Headers, boolean]>([
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://site.example' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:5173' }, true],
    [{ 'sec-fetch-site': 'same-site' }, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
  ])('judges Fetch Metadata %j: %s', (headers, local) => {
    expect(isLocal(arrival(headers))).toBe(local);
  });

  it.each<Headers>([
    { 'x-forwarded-for': '203.0.113.9' },
    { 'x-forwarded-proto': 'https' },
    { 'x-real-ip': '203.0.113.9' },
    { forwarded: 'for=203.0.113.9' },
    { via: '1.1 proxy' },
  ])('takes nothing with a header of a proxy for local: %j', (headers) => {
    expect(isLocal(arrival(headers))).toBe(false);
  });

  it('takes nothing in HTTP/1.0 for local, which is what proxies pass on', () => {
    expect(isLocal(arrival({}, '127.0.0.1', '1.0'))).toBe(false);
  });
});

describe('isOwnPage', () => {
  it.each<[Headers, boolean]>([
    [{}, true],
    [{ origin: 'http://localhost:8443' }, true],
    [{ origin: 'https://localhost:8443' }, true],
    [{ origin: 'http://localhost:3000' }, false],
    [{ origin: 'http://127.0.0.1:8443' }, false],
    [{ origin: 'null' }, false],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:8443' }, false],
  ])('judges %j: %s', (headers, own) => {
    expect(isOwnPage(arrival(headers))).toBe(own);
  });
});
