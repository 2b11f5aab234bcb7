import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { metric } from './support/health.js';
import { HOARDERS, unverifiableToken, type Target } from './support/hoarders.js';
import { startService, type Service } from './support/service.js';
import { tokenOf } from './support/tokens.js';

const MIB = 1024 * 1024;
const { HOSTILE_CONNECTIONS = '150', HOSTILE_TOTAL_MIB = '24', HOSTILE_EACH_MIB = '8' } = process.env;
const CONNECTIONS = Number(HOSTILE_CONNECTIONS);
const TOTAL = Number(HOSTILE_TOTAL_MIB) * MIB;
const LOG = Number(HOSTILE_EACH_MIB) * MIB;
const HISTORY = LOG;
/** Of presences whose connection was lost. */
const GRACE = LOG;
const TOKENS = 2 * MIB;
/** As docs/configuration.md derives it: what is held may take half as much again, and eight snapshots are read at a time. */
const CEILING = 1.5 * TOTAL + 8 * 12 * MIB + LOG + HISTORY + TOKENS + GRACE + CONNECTIONS * 16 * 1024;

/** Prints what the process has in memory, once all that is garbage is gone, whenever it gets a SIGUSR2. */
const TELLS_MEMORY = `
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => { collect(); collect(); console.log('memory ' + JSON.stringify(process.memoryUsage())); });
`;

interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

describe('a thousand hostile connections', () => {
  let keys: Server;
  let service: Service;
  const hoarders: TestClient[] = [];

  beforeEach(async () => {
    // Never answers.
    keys = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(keys, 'listening');
    const { port } = keys.address() as AddressInfo;
    service = await startService({
      JWT_JWKS_URL: `http://127.0.0.1:${port}/jwks.json`,
      LIMIT_OUTBOX_TOTAL_BYTES: String(TOTAL),
      LIMIT_LOG_BYTES: String(LOG),
      LIMIT_HISTORY_BYTES: String(HISTORY),
      LIMIT_TOKEN_BYTES: String(TOKENS),
      LIMIT_PRESENCE_GRACE_BYTES: String(GRACE),
      PRESENCE_GRACE_MS: '600000',
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(TELLS_MEMORY)}`,
    });
  }, 60_000);
  afterEach(async () => {
    for (const { socket } of hoarders) socket.terminate();
    await service.stop();
    keys.closeAllConnections();
    keys.close();
  });

  it('make the service hold no more than it may, and a bystander is served', async () => {
    await service.writer.query(
      'FOR $no IN 0..4000 { CREATE rows SET no = $no, text = string::repeat("x", 1500) RETURN NONE }',
    );
    const bystander = await service.connect('bystander');
    const target = await prepare(bystander);
    const before = await memory();
    let most = { held: 0, rss: 0 };
    for (let n = 0; n < CONNECTIONS; n += 1) {
      const hoard = HOARDERS[n % HOARDERS.length];
      if (hoard) hoarders.push(await hoard(target, n));
      if (n % 10 === 0) most = await look(most);
    }
    // Until what they asked for has come to rest.
    for (let still = 0, held = -1; still < 20;) {
      most = await look(most);
      const now = await metric(service.gateway, 'edge_hive_held_bytes');
      still = Math.abs(now - held) < TOTAL / 20 ? still + 1 : 0;
      held = now;
    }
    const after = await memory();
    const left = hoarders.filter(({ socket }) => socket.readyState === socket.OPEN).length;
    const growth = memoryOf(after) - memoryOf(before);
    const figures = { connections: CONNECTIONS, total: TOTAL, ceiling: CEILING, most, before, after, growth, left };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(most.held).toBeGreaterThan(TOTAL / 2);
    expect(most.held).toBeLessThan(1.25 * TOTAL);
    expect(growth).toBeLessThan(CEILING);
    const grace = await metric(service.gateway, 'edge_hive_presence_grace_bytes');
    expect(grace).toBeGreaterThan(0);
    expect(grace).toBeLessThanOrEqual(GRACE);
    expect(await bystander.request({ type: 'ping', id: 'last' })).toMatchObject({ type: 'pong' });
  }, 600_000);

  /** Publishes a history, and tells where it began. */
  async function prepare(client: TestClient): Promise<Target> {
    const subscribed = await client.request({ type: 'subscribe', id: 'history', channel: 'history:0' });
    if (subscribed.type !== 'subscribed') throw new Error('not subscribed');
    for (let n = 0; n < 64; n += 1) {
      const message = { channel: `history:${n % 8}`, event: 'said', data: 'x'.repeat(60_000), echo: false };
      await client.request({ type: 'publish', id: `publish-${n}`, ...message });
    }
    const { cursor, epoch } = subscribed;
    const since = { cursor, epoch };
    return { gateway: service.gateway, token: tokenOf('hoarder'), unverifiable: unverifiableToken(), since };
  }

  async function memory(): Promise<Memory> {
    const { gateway } = service;
    const told = () => gateway.output.split('\n').filter((line) => line.startsWith('memory {'));
    const count = told().length;
    gateway.kill('SIGUSR2');
    while (told().length === count) await metric(gateway, 'edge_hive_held_bytes');
    return JSON.parse(told().at(-1)?.slice('memory '.length) ?? '') as Memory;
  }

  async function look(most: { held: number; rss: number }): Promise<{ held: number; rss: number }> {
    const held = await metric(service.gateway, 'edge_hive_held_bytes');
    const status = readFileSync(`/proc/${service.gateway.pid}/status`, 'utf8');
    const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
    return { held: Math.max(most.held, held), rss: Math.max(most.rss, rss) };
  }
});

function memoryOf({ heapUsed, external }: Memory): number {
  return heapUsed + external;
}
