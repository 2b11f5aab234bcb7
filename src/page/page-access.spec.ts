import { describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { SigningSecret } from '../auth/signing-secret.js';
import { TokenIssuer } from '../auth/token-issuer.js';
import { Config } from '../config/config.js';
import { DatabaseProcess } from '../surreal/database-process.js';
import { PageAccess, type PageRequest } from './page-access.js';

const LOCAL: RequestShape = { address: '127.0.0.1', host: 'localhost:8443' };

interface RequestShape {
  address: string;
  host?: string;
  origin?: string;
  forwarded?: string;
}

function request({ address, host, origin, forwarded }: RequestShape): PageRequest {
  const headers = {
    ...(host && { host }),
    ...(origin && { origin }),
    ...(forwarded && { 'x-forwarded-for': forwarded }),
  };
  // Nothing else of a socket is looked at.
  return { headers, socket: { remoteAddress: address } as PageRequest['socket'] };
}

interface Service {
  surrealUrl?: string;
  jwtSecret?: string;
  /** Where the service's own database is. */
  url?: string;
}

function pageOf({ surrealUrl = '', jwtSecret = '', url = 'ws://127.0.0.1:8000/rpc' }: Service = {}): PageAccess {
  const config = Object.assign(new Config(), { surrealUrl, jwtSecret });
  const database = new DatabaseProcess(config);
  // Otherwise it is known once a database runs.
  Object.defineProperty(database, 'endpoint', { value: { ...database.endpoint, url: surrealUrl || url } });
  const secret = new SigningSecret(config);
  return new PageAccess(database, secret, new TokenIssuer(config, new JwtService({ secret: secret.key ?? '' })));
}

describe('the page', () => {
  it.each<RequestShape>([
    LOCAL,
    { address: '::1', host: '[::1]:8443' },
    { address: '::ffff:127.0.0.1', host: '127.0.0.1:8443', origin: 'http://127.0.0.1:8443' },
  ])('may write and has a token on this machine: %p', (shape) => {
    expect(pageOf().settingsFor(request(shape))).toEqual({
      token: expect.any(String),
      writing: {
        database: {
          url: 'ws://127.0.0.1:8000/rpc',
          namespace: 'main',
          database: 'main',
          username: 'root',
          password: 'root',
        },
      },
    });
  });

  it.each<RequestShape & { who: string }>([
    { who: 'another machine', address: '192.168.1.7', host: '192.168.1.2:8443' },
    { who: 'what a proxy passed on', ...LOCAL, forwarded: '203.0.113.9' },
    { who: 'a page of another site', ...LOCAL, origin: 'https://example.com' },
    { who: 'a name that was made to resolve to this machine', ...LOCAL, host: 'rebound.example.com:8443' },
    { who: 'a request without Host', address: '127.0.0.1' },
  ])('gives $who neither a token nor the key to the database', (shape) => {
    expect(pageOf().settingsFor(request(shape))).toEqual({
      writing: { refused: expect.stringContaining('localhost') },
    });
  });

  it('makes no tokens with a secret that was configured', () => {
    expect(pageOf({ jwtSecret: 's'.repeat(32) }).settingsFor(request(LOCAL))).not.toHaveProperty('token');
  });

  it('does not write to a database that is somebody else’s', () => {
    const page = pageOf({ surrealUrl: 'wss://db.example.com/rpc' });
    expect(page.settingsFor(request(LOCAL)).writing).toEqual({
      refused: expect.stringContaining('not the service’s own'),
    });
    expect(page.databaseUrl).toBeUndefined();
  });

  it('does not write while the database has no address yet', () => {
    const page = pageOf({ url: '' });
    expect(page.settingsFor(request(LOCAL)).writing).toEqual({ refused: expect.stringContaining('starting') });
    expect(page.databaseUrl).toBeUndefined();
  });
});
