import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { encodeNotice, Link } from '../link/link.js';
import type { SupervisorSays, WorkerLink, WorkerSays } from '../link/vocabularies.js';
import { Links } from './links.js';

const LIMIT = 1024 * 1024;

describe('Links', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-hive-links-'));
  let server: Server;
  let links: Links;
  let overflowed: WorkerLink[];

  beforeEach(async () => {
    server = createServer().listen(join(folder, 'socket'));
    await once(server, 'listening');
    links = new Links(Object.assign(new Config(), { limitWorkerBytes: LIMIT }), new MetricsService());
    overflowed = [];
  });
  afterEach(() => {
    for (const link of [...links]) links.delete(link);
    server.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A link, and the socket of the worker, which reads nothing yet. */
  async function worker(): Promise<{ link: WorkerLink; socket: Socket }> {
    const accepted = once(server, 'connection');
    const socket = connect(join(folder, 'socket')).pause();
    const [near] = (await accepted) as [Socket];
    const link: WorkerLink = new Link<SupervisorSays, WorkerSays>(near);
    links.add(link);
    return { link, socket };
  }

  const tell = (link: WorkerLink, bytes: number) =>
    link.send(encodeNotice<SupervisorSays, 'message'>('message', envelope, 'x'.repeat(bytes)));
  const envelope = { channel: 'c', event: 'e', time: '', cursor: '' };

  it('wait for nobody while all take what they are told', async () => {
    const { link, socket } = await worker();
    socket.resume();
    tell(link, 10_000);
    expect(links.caughtUp).toBeUndefined();
    socket.destroy();
  });

  it('wait for a worker that lags until it has taken most of it', async () => {
    const { link, socket } = await worker();
    tell(link, LIMIT / 2);
    const { caughtUp } = links;
    expect(caughtUp).toBeInstanceOf(Promise);
    socket.resume();
    await caughtUp;
    expect(link.waitingBytes).toBeLessThanOrEqual(LIMIT / 8);
    socket.destroy();
  });

  it('wait no longer for one that takes nothing', async () => {
    const { link, socket } = await worker();
    tell(link, LIMIT / 2);
    await links.caughtUp;
    expect(link.waitingBytes).toBeGreaterThan(LIMIT / 8);
    expect(links.caughtUp).toBeUndefined();
    socket.destroy();
  });

  it('wait no longer for one that is gone', async () => {
    const { link, socket } = await worker();
    tell(link, LIMIT / 2);
    const { caughtUp } = links;
    void link.end.then(() => links.delete(link));
    socket.destroy();
    await caughtUp;
    expect([...links]).toEqual([]);
  });

  it('give up the one for which more waits than may, and no other', async () => {
    const told = new Promise<void>((resolve) =>
      links.listen({
        overflowed: (link) => {
          overflowed.push(link);
          resolve();
        },
      }),
    );
    const [frozen, well] = [await worker(), await worker()];
    well.socket.resume();
    tell(well.link, LIMIT / 2);
    for (let n = 0; n < 3; n += 1) tell(frozen.link, LIMIT / 2);
    await told;
    expect(new Set(overflowed)).toEqual(new Set([frozen.link]));
    frozen.socket.destroy();
    well.socket.destroy();
  });
});
