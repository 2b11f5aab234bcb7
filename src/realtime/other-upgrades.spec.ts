import { describe, expect, it } from '@jest/globals';
import { plainHead } from './other-upgrades.js';

describe('plainHead', () => {
  it.each([
    [
      'what asks for HTTP/2',
      ['Connection', 'Upgrade, HTTP2-Settings', 'Upgrade', 'h2c', 'HTTP2-Settings', 'AAE'],
      ['Connection: '],
    ],
    [
      'an upgrade, and keeps what else a connection is to be',
      ['connection', 'close, upgrade', 'upgrade', 'foo/2'],
      ['connection: close'],
    ],
    [
      'no other header, in order and as it was written',
      ['HOST', 'a', 'X', '', 'x', 'b: c'],
      ['HOST: a', 'X: ', 'x: b: c'],
    ],
  ])('leaves out %s', (_, rawHeaders, lines) => {
    const head = plainHead({ method: 'POST', url: '/a?b', httpVersion: '1.1', rawHeaders });
    expect(head.split('\r\n')).toEqual(['POST /a?b HTTP/1.1', ...lines, '', '']);
  });
});
