import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** Connections that the system lets wait for one socket; beyond a thousand it makes no difference here. */
async function waitingRoom(): Promise<number> {
  const limit = await readFile('/proc/sys/net/core/somaxconn', 'utf8').catch(() => '100');
  return Math.min(1_000, Number(limit));
}

describe('the process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'closes its clients with 1012 at %s, and ends with 0',
    async (signal) => {
      const gateway = await startGateway({ JWT_SECRET });
      const clients = await Promise.all(
        ['user-1', 'user-2', 'user-3'].map((sub) => TestClient.connect(gateway.url, { token: tokenOf(sub) })),
      );
      for (const client of clients) await client.next('welcome');
      gateway.kill(signal);
      for (const client of clients) expect((await client.closed).code).toBe(1012);
      expect(await gateway.exited()).toEqual({ code: 0, signal: null });
    },
    40_000,
  );

  it('lets as many wait to be accepted while it is busy as the system does', async () => {
    const gateway = await startGateway({ JWT_SECRET });
    const { hostname, port } = new URL(gateway.httpUrl);
    gateway.kill('SIGSTOP');
    const sockets = Array.from({ length: await waitingRoom() }, () => connect(Number(port), hostname));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    gateway.kill('SIGCONT');
    for (const socket of sockets) socket.destroy();
    await gateway.stop();
  }, 40_000);

  it('delivers what waits before it closes', async () => {
    const gateway = await startGateway({ JWT_SECRET });
    const client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
    await client.request({ type: 'subscribe', id: 's', channel: 'room:1' });
    const publishes = Array.from({ length: 50 }, (_, n) => n);
    for (const data of publishes) client.send({ type: 'publish', id: `${data}`, channel: 'room:1', event: 'e', data });
    await client.reply('0');
    gateway.kill('SIGTERM');
    expect((await client.closed).code).toBe(1012);
    const delivered = client.frames.flatMap((frame) => (frame.type === 'message' ? [frame.data] : []));
    expect(delivered).toEqual(publishes.slice(0, delivered.length));
    expect(client.types.filter((type) => type === 'ack')).toHaveLength(delivered.length);
    await gateway.exited();
  }, 40_000);

  it('ends within its deadline even if a client does not take its leave', async () => {
    const gateway = await startGateway({ JWT_SECRET, DRAIN_DEADLINE_MS: '200' });
    const client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
    await client.next('welcome');
    client.socket.pause();
    gateway.kill('SIGTERM');
    expect(await gateway.exited()).toEqual({ code: 0, signal: null });
    client.socket.terminate();
  }, 40_000);

  it('ends at a signal that comes before anything is loaded', async () => {
    // As process 1 of a container it gets only the signals that it has handlers for: here one comes with the first of them.
    const preload = `process.on('newListener', function signal(name) {
      if (name !== 'SIGTERM') return;
      process.off('newListener', signal);
      console.log('getMetadata' in Reflect ? 'loaded' : 'nothing is loaded');
      setImmediate(() => process.kill(process.pid, name));
    })`;
    const started = startGateway({
      JWT_SECRET,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
    });
    const { message } = await started.then(
      () => new Error('It did.'),
      (error: Error) => error,
    );
    expect(message).toMatch(/^The gateway did not start \(0\):\nnothing is loaded\n/);
  }, 40_000);

  it.each<[string, string, Record<string, string>?]>([
    ['NODE_ENV', 'Production'],
    ['PORT', 'http'],
    ['HEARTBEAT_INTERVAL_MS', '-1'],
    ['POLICY_FILE', '/does/not/exist.json'],
    ['HOST', 'no address'],
    ['HOST', '192.0.2.1'],
    ['SURREAL_URL', 'db.example.com'],
    ['ALLOWED_ORIGINS', 'https://app.example.com/, https://other.example.com'],
    ['ALLOWED_ORIGINS', '*'],
    ['SURREAL_URL', 'http://127.0.0.1:8000/rpc'],
    ['SURREAL_BIN', '/does/not/exist'],
    ['SURREAL_BIN', '/dev/null'],
    ['SURREAL_DATA', '/dev/null/data'],
    ['JWT_SECRET', 'in production, of 31 bytes only', { NODE_ENV: 'production' }],
  ])(
    'does not start with a bad %s, and names it in the last line: %s',
    async (variable, value, env = {}) => {
      const started = startGateway({ JWT_SECRET, ...env, [variable]: value });
      const output = await started.then(
        () => 'It did.',
        ({ message }: Error) => message,
      );
      const lines = output.trim().split('\n');
      expect(lines.at(-1)).toContain(variable);
      expect(lines.filter((line) => /^ +at /.test(line))).toEqual([]);
    },
    40_000,
  );

  it('serves a path as it is written only, so that a proxy can keep it from the public', async () => {
    const gateway = await startGateway({ JWT_SECRET, SURREAL_URL: 'ws://127.0.0.1:9/rpc' });
    const answers = ['/metrics', '/metrics/', '/METRICS', '/health/live', '/health/live/'].map(
      async (path) => (await fetch(`${gateway.httpUrl}${path}`)).status,
    );
    expect(await Promise.all(answers)).toEqual([200, 404, 404, 200, 404]);
    await gateway.stop();
  }, 40_000);

  it('serves liveness while its database is away', async () => {
    const gateway = await startGateway({ JWT_SECRET, SURREAL_URL: 'ws://127.0.0.1:9/rpc' });
    expect((await fetch(`${gateway.httpUrl}/health/live`)).status).toBe(200);
    expect((await fetch(`${gateway.httpUrl}/health/ready`)).status).toBe(503);
    const client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
    expect(await client.request({ type: 'subscribe', id: '1', topic: 'messages' })).toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
    await client.close();
    await gateway.stop();
  }, 40_000);
});
