import { describe, expect, it } from '@jest/globals';
import { chooseSubprotocol, clientAddress, handshakeToken, type HandshakeRequest } from './handshake.js';

function request(headers: HandshakeRequest['headers'], url = '/api/v1/realtime'): HandshakeRequest {
  return { headers, url, socket: { remoteAddress: '10.0.0.1' } };
}

describe('chooseSubprotocol', () => {
  it.each([
    [['edge-hive.v1'], 'edge-hive.v1'],
    [['bearer.abc', 'edge-hive.v1'], 'edge-hive.v1'],
    [['bearer.abc'], 'bearer.abc'],
    [['other', 'bearer.abc'], 'bearer.abc'],
    [['other'], false],
  ])('answers the offer %j with %j', (offered, chosen) => {
    expect(chooseSubprotocol(new Set(offered))).toBe(chosen);
  });
});

describe('handshakeToken', () => {
  it.each<[string, HandshakeRequest, string | undefined]>([
    ['nowhere', request({}), undefined],
    ['in the header', request({ authorization: 'Bearer a.b.c' }), 'a.b.c'],
    ['in the query', request({}, '/api/v1/realtime?x=1&token=a.b%2Ec'), 'a.b.c'],
    ['in a subprotocol', request({ 'sec-websocket-protocol': 'edge-hive.v1, bearer.a.b.c' }), 'a.b.c'],
    ['in the query, empty', request({}, '/api/v1/realtime?token='), ''],
    ['in another scheme', request({ authorization: 'Basic abc' }), undefined],
  ])('finds the token %s', (_, handshake, token) => {
    expect(handshakeToken(handshake)).toBe(token);
  });

  it('prefers the header', () => {
    expect(handshakeToken(request({ authorization: 'Bearer one' }, '/?token=other'))).toBe('one');
  });
});

describe('clientAddress', () => {
  const forwarded = request({ 'x-forwarded-for': '1.1.1.1, 2.2.2.2' });

  it('is the socket’s where no proxy is trusted', () => {
    expect(clientAddress(forwarded, false)).toBe('10.0.0.1');
  });

  it('is the one that the own proxy saw, whatever the client sent before', () => {
    expect(clientAddress(forwarded, true)).toBe('2.2.2.2');
    expect(clientAddress(request({}), true)).toBe('10.0.0.1');
  });

  it.each([
    ['2.2.2.2:1234', '2.2.2.2'],
    ['[2001:db8::1]:1234', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['unknown', '10.0.0.1'],
    ['2.2.2.2, ', '10.0.0.1'],
  ])('of a forwarded %j is %j', (header, address) => {
    expect(clientAddress(request({ 'x-forwarded-for': header }), true)).toBe(address);
  });
});
