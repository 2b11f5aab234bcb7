import { describe, expect, it } from '@jest/globals';
import { withDotName } from './with-dot-name.js';

describe('withDotName', () => {
  it.each([
    ['/api/v1/channels/messages', '/api/v1/channels/./messages'],
    ['/api/v1/messages', '/api/v1/channels/../messages'],
    ['/api/v1/channels/history?limit=5', '/api/v1/channels/./history?limit=5'],
    ['/api/v1/history?limit=5', '/api/v1/channels/../history?limit=5'],
    ['/api/v1/presence', '/api/v1/channels/../presence'],
    ['/api/v1/topics/resync', '/api/v1/topics/./resync'],
    ['/api/v1/resync', '/api/v1/topics/../resync'],
    ['/api/v1/principals/disconnect', '/api/v1/principals/./disconnect'],
    ['/api/v1/disconnect', '/api/v1/principals/../disconnect'],
  ])('takes %s for what a URL parser made of %s', (walked, meant) => {
    expect(new URL(meant, 'http://host').href).toBe(`http://host${walked}`);
    expect(withDotName(walked)).toBe(meant);
  });

  it.each([
    '/api/v1/channels/room:1/messages',
    '/api/v1/channels/messages/messages',
    '/api/v1/topics/messages',
    '/api/v1/principals/resync',
    '/api/v1/stats',
    '/api/v1/constructor',
    '/api/v1/messages/',
    '/api/v1/realtime?messages',
    '/metrics',
  ])('leaves %s as it is', (url) => {
    expect(withDotName(url)).toBe(url);
  });
});
