import { describe, expect, it } from '@jest/globals';
import { socketUrlOf } from './socket.js';

describe('socketUrlOf', () => {
  it.each([
    ['ws://localhost:8443/api/v1/realtime', 'ws://localhost:8443/api/v1/realtime'],
    ['https://example.org/api/v1/realtime#top', 'wss://example.org/api/v1/realtime'],
    [new URL('http://[::1]:80/x'), 'ws://[::1]/x'],
  ])('connects %s to %s', (given, url) => {
    expect(socketUrlOf(given)).toBe(url);
  });

  it.each(['/api/v1/realtime', 'ftp://example.org', ''])('refuses %j, saying why', (given) => {
    expect(() => socketUrlOf(given)).toThrow(/^url: /);
  });
});
