import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { AuthenticationError, KeysUnavailableError } from './authentication-error.js';
import { RemoteKeys, type RemoteKeysBounds } from './remote-keys.js';

interface Key {
  readonly jwk: JWK;
  sign(header?: { kid?: string }): Promise<string>;
}

async function makeKey(alg: string, kid?: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  return {
    jwk: { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid }) },
    sign: (header = kid === undefined ? {} : { kid }) => signWith(alg, privateKey, header),
  };
}

function signWith(alg: string, key: CryptoKey, header: { kid?: string }): Promise<string> {
  return new SignJWT({ sub: 'user-1' }).setProtectedHeader({ alg, ...header }).sign(key);
}

/** A server of keys that notes when it was asked. */
class KeyServer {
  readonly times: number[] = [];
  keys: readonly Key[] = [];
  answer = (response: ServerResponse): void => {
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: this.keys.map(({ jwk }) => jwk) }));
  };
  private readonly server: Server = createServer((_request, response) => {
    this.times.push(performance.now());
    this.answer(response);
  });

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get requests(): number {
    return this.times.length;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keys`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await once(this.server.close(), 'close');
  }
}

const TIMES: Partial<RemoteKeysBounds> = { gap: 100, maxAge: 600_000, timeout: 1_000 };

describe('RemoteKeys', () => {
  let server: KeyServer;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    server = new KeyServer();
    await server.start();
  });

  afterEach(() => server.stop());

  it('fetches the keys once for many tokens', async () => {
    const keys = [await makeKey('RS256', 'rsa'), await makeKey('ES384', 'ec'), await makeKey('EdDSA', 'ed')];
    server.keys = keys;
    const remote = new RemoteKeys(server.url, TIMES);
    const tokens = await Promise.all([...keys, ...keys].map((key) => key.sign()));
    for (const claims of await Promise.all(tokens.map((token) => remote.verify(token)))) {
      expect(claims).toEqual({ sub: 'user-1' });
    }
    expect(server.requests).toBe(1);
  });

  it('follows a rotation at once, then again after a gap', async () => {
    const [first, second, third] = [
      await makeKey('ES256', '1'),
      await makeKey('ES256', '2'),
      await makeKey('ES256', '3'),
    ];
    const remote = new RemoteKeys(server.url, { ...TIMES, gap: 200 });
    for (const key of [first, second, third]) {
      server.keys = [key];
      await expect(remote.verify(await key.sign())).resolves.toEqual({ sub: 'user-1' });
    }
    await expect(remote.verify(await first.sign())).rejects.toThrow('the key is unknown');
    expect(server.requests).toBe(4);
    const [, asked2 = 0, asked3 = 0, asked4 = 0] = server.times;
    expect(Math.min(asked3 - asked2, asked4 - asked3)).toBeGreaterThan(195);
  });

  it('asks once for a flood of unknown keys', async () => {
    const [known, other] = [await makeKey('ES256', 'known'), await makeKey('ES256', 'other')];
    server.keys = [known];
    const remote = new RemoteKeys(server.url, TIMES);
    await remote.verify(await known.sign());
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, index) => other.sign({ kid: `unknown-${index}` })));
    const results = await Promise.allSettled(tokens.map((token) => remote.verify(token)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(server.requests).toBe(2);
  });

  it('lets so many tokens wait for a fetch, and says of others at once that keys are missing', async () => {
    const key = await makeKey('ES256', '1');
    server.keys = [key];
    const asked = new Promise<ServerResponse>((resolve) => (server.answer = resolve));
    const remote = new RemoteKeys(server.url, { ...TIMES, timeout: 60_000, waiting: 2 });
    const token = await key.sign();
    const waiting = [remote.verify(token), remote.verify(token)];
    const response = await asked;
    await expect(remote.verify(token)).rejects.toThrow(KeysUnavailableError);
    expect(remote.waiting).toBe(2);
    response.end(JSON.stringify({ keys: [key.jwk] }));
    expect(await Promise.all(waiting)).toEqual([{ sub: 'user-1' }, { sub: 'user-1' }]);
    expect(remote.waiting).toBe(0);
    await expect(remote.verify(token)).resolves.toEqual({ sub: 'user-1' });
    expect(server.requests).toBe(1);
  });

  it('is another generation with other keys, and with none that are fresh', async () => {
    const [first, second] = [await makeKey('ES256', '1'), await makeKey('ES256', '2')];
    server.keys = [first];
    const remote = new RemoteKeys(server.url, { ...TIMES, gap: 0 });
    expect(remote.generation).toBeNaN();
    await remote.verify(await first.sign());
    const { generation } = remote;
    await expect(remote.verify(await second.sign())).rejects.toThrow('unknown');
    expect(remote.generation).toBe(generation);
    server.keys = [second];
    await remote.verify(await second.sign());
    expect(remote.generation).not.toBe(generation);
    const stale = new RemoteKeys(server.url, { ...TIMES, maxAge: 0 });
    await stale.verify(await second.sign());
    expect(stale.generation).toBeNaN();
  });

  it("refuses another key's signature under a known kid", async () => {
    const [known, other] = [await makeKey('ES256', 'known'), await makeKey('ES256', 'other')];
    server.keys = [known];
    await expect(new RemoteKeys(server.url, TIMES).verify(await other.sign({ kid: 'known' }))).rejects.toThrow(
      'signature',
    );
  });

  it('refuses an algorithm that the key is not for', async () => {
    const key = await makeKey('RS256', 'rsa');
    server.keys = [{ ...key, jwk: { ...key.jwk, alg: 'PS256' } }];
    await expect(new RemoteKeys(server.url, TIMES).verify(await key.sign())).rejects.toThrow('the key is unknown');
  });

  it('never takes a secret from the set', () => {
    expect(new RemoteKeys(server.url, TIMES).accepts('HS256')).toBe(false);
    expect(new RemoteKeys(server.url, TIMES).accepts('none')).toBe(false);
  });

  it('tries every fitting key for a token without a kid', async () => {
    const keys = [await makeKey('ES256', '1'), await makeKey('ES256', '2')] as const;
    const stranger = await makeKey('ES256');
    server.keys = keys;
    const remote = new RemoteKeys(server.url, TIMES);
    await expect(remote.verify(await keys[1].sign({}))).resolves.toEqual({ sub: 'user-1' });
    await expect(remote.verify(await stranger.sign())).rejects.toThrow('signature');
  });

  it('drops a key that was withdrawn, once the keys are old', async () => {
    const key = await makeKey('ES256', '1');
    server.keys = [key];
    const remote = new RemoteKeys(server.url, { ...TIMES, gap: 0, maxAge: 0 });
    await remote.verify(await key.sign());
    server.keys = [];
    await expect(remote.verify(await key.sign())).rejects.toThrow('the key is unknown');
  });

  it('keeps the keys it knows through an outage', async () => {
    const key = await makeKey('ES256', '1');
    server.keys = [key];
    const remote = new RemoteKeys(server.url, { ...TIMES, gap: 0, maxAge: 0 });
    await remote.verify(await key.sign());
    await server.stop();
    await expect(remote.verify(await key.sign())).resolves.toEqual({ sub: 'user-1' });
    await expect(remote.verify(await key.sign({ kid: '2' }))).rejects.toThrow(KeysUnavailableError);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['fails', (response) => response.writeHead(500).end()],
    ['answers something else', (response) => response.end('<html></html>')],
    ['answers too much', (response) => response.end(`{"keys":[${' '.repeat(300 * 1024)}]}`)],
    ['redirects', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['never answers', () => undefined],
    ['never ends its answer', (response) => response.write('{"keys":[')],
  ])('says that keys are missing while their server %s, and recovers', async (_name, answer) => {
    const key = await makeKey('ES256', '1');
    server.keys = [key];
    const right = server.answer;
    const remote = new RemoteKeys(server.url, { ...TIMES, gap: 10, timeout: 200 });
    server.answer = answer;
    const refused = remote.verify(await key.sign());
    await expect(refused).rejects.toThrow(KeysUnavailableError);
    await expect(refused).rejects.toThrow(AuthenticationError);
    server.answer = right;
    await expect(remote.verify(await key.sign())).resolves.toEqual({ sub: 'user-1' });
  });
});
