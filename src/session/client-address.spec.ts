import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { clientAddress } from './client-address.js';

const request = (headers: IncomingHttpHeaders) => ({ headers, socket: { remoteAddress: '10.0.0.1' } });

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
