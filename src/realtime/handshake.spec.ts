import { describe, expect, it } from '@jest/globals';
import { chooseSubprotocol, handshakeToken, type HandshakeRequest } from './handshake.js';

function request(headers: HandshakeRequest['headers'], url = '/api/v1/realtime'): HandshakeRequest {
  return { headers, url };
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
