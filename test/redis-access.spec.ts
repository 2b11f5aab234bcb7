import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../src/workers/supervisor/free-port.js';
import type { Gateway } from './support/gateway.js';
import { Instances } from './support/instances.js';
import { until } from './support/poll.js';
import { namesAt, present } from './support/presence.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';

// One database is enough: a connection to Redis asks it for nothing.

const PASSWORD = 'hush-hush-42';

(hasRedis ? describe : describe.skip)('a Redis over TLS', () => {
  let folder: string;
  let redis: RedisServer;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-hive-tls-'));
    const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'ignore',
    });
    const port = await freePort('127.0.0.1');
    const tls = ['--tls-port', String(port), '--tls-auth-clients', 'no'];
    const certificate = ['--tls-cert-file', join(folder, 'cert.pem'), '--tls-key-file', join(folder, 'key.pem')];
    redis = await RedisServer.start([...tls, ...certificate, '--tls-ca-cert-file', join(folder, 'cert.pem')]);
    url = `rediss://realtime:${PASSWORD}@127.0.0.1:${port}`;
    expect(await redis.ask(`ACL SETUSER realtime on >${PASSWORD} ${await documentedRights()}`)).toBe('+OK\r\n');
  });
  afterAll(async () => {
    await redis.stop();
    await rm(folder, { recursive: true });
  });

  /** What docs/scaling.md says that a user of its own needs. */
  async function documentedRights(): Promise<string> {
    const text = await readFile(new URL('../docs/scaling.md', import.meta.url), 'utf8');
    const [, commands, keys, channels] =
      /A user of its own needs\s+`([^`]+)`,\s+keys\s+`([^`]+)`\s+and\s+channels\s+`([^`]+)`/.exec(text) ?? [];
    if (!commands || !keys || !channels) throw new Error('docs/scaling.md does not say it.');
    return `resetkeys resetchannels -@all ${commands} ${keys} ${channels}`;
  }

  const reason = async ({ httpUrl }: Gateway) => {
    const { info } = (await (await fetch(`${httpUrl}/health/ready`)).json()) as {
      info: { broker: { degraded?: boolean; message?: string } };
    };
    return info.broker.degraded ? info.broker.message : 'up';
  };
  const start = (env: Readonly<Record<string, string>>) =>
    Instances.start(...[0, 1].map(() => ({ BROKER: 'redis', REDIS_URL: url, API_KEY: 'key-1', ...env })));

  it('is all that instances need, with a certificate of its own and a user who may do what the documents say', async () => {
    const instances = await start({ NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') });
    for (const gateway of instances.gateways) await until(async () => (await reason(gateway)) === 'up');
    const [ann, bob] = [await instances.connect(0, 'ann'), await instances.connect(1, 'bob')];
    for (const client of [ann, bob]) {
      await client.request({ id: 's', type: 'subscribe', channel: 'room:1', presence: true });
      await client.request({ id: 'e', type: 'presence', channel: 'room:1', key: 'k', state: {} });
    }
    await present(bob, 'room:1', 'ann/k', 'bob/k');
    await ann.request({ id: 'p', type: 'publish', channel: 'room:1', event: 'said', data: 1, key: 'once' });
    expect(await bob.next('message')).toMatchObject({ data: 1, from: 'ann' });
    await ann.request({ id: 'l', type: 'presence', channel: 'room:1', key: 'k', state: null });
    await bob.until(() => namesAt(bob, 'room:1')?.length === 1);
    await ann.request({ id: 'u', type: 'unsubscribe', channel: 'room:1' });
    const revoke = await fetch(`${instances.at(0).httpUrl}/api/v1/tokens/revoke`, {
      method: 'POST',
      headers: { 'x-api-key': 'key-1', 'content-type': 'application/json' },
      body: JSON.stringify({ principal: 'bob', issuedBefore: Math.floor(Date.now() / 1_000) + 60 }),
    });
    expect(revoke.status).toBeLessThan(300);
    expect((await bob.closed).code).toBe(4403);
    // Nothing that was asked of it was refused.
    const log = await redis.ask('ACL LOG');
    expect(log).toBe('*0\r\n');
    await instances.stop();
    for (const { output } of instances.gateways) expect(output).not.toContain('hush');
  });

  it('is not trusted without its certificate, and the health of the service says so', async () => {
    const instances = await start({});
    for (const gateway of instances.gateways)
      expect(await reason(gateway)).toBe('The certificate of Redis is not trusted.');
    await instances.stop();
    for (const { output } of instances.gateways) expect(output).not.toContain('hush');
  });
});
