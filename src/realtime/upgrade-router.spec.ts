import { describe, expect, it } from '@jest/globals';
import { pathOf } from './upgrade-router.js';

describe('pathOf', () => {
  it.each<[string, string | undefined, string | undefined]>([
    ['/api/v1/realtime?token=a', 'localhost:8443', '/api/v1/realtime'],
    ['/api/v1/realtime', undefined, '/api/v1/realtime'],
    ['/api/v1/realtime', 'localhost:59999', '/api/v1/realtime'],
    ['/api/v1/realtime', 'localhost:65535', '/api/v1/realtime'],
    ['/api/v1/realtime', 'localhost:65536', undefined],
    ['/api/v1/realtime', '[::1]:8443', '/api/v1/realtime'],
    ['/api/v1/realtime#a', 'localhost', '/api/v1/realtime'],
    ['/api/v1/realtimes', 'localhost', '/api/v1/realtimes'],
    ['/api/v1/realtime', 'a b', undefined],
    ['/api/v1/realtime', 'a:99999', undefined],
    ['/api/v1/realtime?a', 'a/../b', '/api/v1/realtime'],
    ['/api/v1/realtime/', 'a', '/api/v1/realtime/'],
    ['http://b/x', 'a', '/x'],
    ['*', 'a', '/*'],
    ['//', 'a', undefined],
    ['http://[', 'a', undefined],
    ['/', '[', undefined],
    ['/', 'a b', undefined],
    ['http://b/x', '[', undefined],
  ])('of the target %j at the host %j is %j', (url, host, path) => {
    expect(pathOf({ url, headers: host === undefined ? {} : { host } })).toBe(path);
  });
});
