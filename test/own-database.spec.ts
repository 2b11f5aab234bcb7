import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway, type GatewayOptions } from './support/gateway.js';
import { untilReconnected } from './support/health.js';
import { descendants, untilGone } from './support/processes.js';
import { subscribe } from './support/test-stream.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

const { SURREAL_BIN: bin } = process.env;

describe('the database that the service runs itself', () => {
  let folder: string;
  let gateway: Gateway;
  const writers: Surreal[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-hive-'));
  });
  afterEach(async () => {
    await Promise.allSettled(writers.splice(0).map((writer) => writer.close()));
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  it('is started again on its port and folder when it was killed, and subscribers go on', async () => {
    await start();
    const stream = await subscribe(await connect(), { topic: 'messages' });
    expect(stream.subscribed.durable).toBe(true);
    await (await writerAtPrintedAddress()).query("CREATE messages:1 SET text = 'before'");
    expect(await stream.next()).toMatchObject({ action: 'CREATE', data: { text: 'before' } });

    const [, pid] = /SurrealDB \(\w+\) at \S+, process (\d+)/.exec(gateway.output) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await untilReconnected(gateway);
    await (await writerAtPrintedAddress()).query("UPDATE messages:1 SET text = 'after'");
    expect(await stream.next()).toMatchObject({ action: 'UPDATE', data: { text: 'after' } });
    expect(stream.frames.map(({ type }) => type)).toEqual(['event', 'event']);
  }, 40_000);

  it('keeps its folder from one run to the next, also when the service was killed', async () => {
    await start();
    await (await writerAtPrintedAddress()).query('CREATE kept:1; CREATE kept:2');
    await gateway.stop();
    await start();
    await (await writerAtPrintedAddress()).query('CREATE kept:3; DELETE kept:1');
    const processes = descendants(gateway.pid);
    gateway.kill('SIGKILL');
    await untilGone(processes);
    await start();
    const stream = await subscribe(await connect(), { topic: 'kept', snapshot: { orderBy: [{ field: 'id' }] } });
    expect(await stream.snapshot()).toEqual([{ id: 'kept:2' }, { id: 'kept:3' }]);
    await (await writerAtPrintedAddress()).query('CREATE kept:4');
    expect(await stream.next()).toMatchObject({ action: 'CREATE', data: { id: 'kept:4' } });
  }, 60_000);

  it('ends by itself within seconds when the service is killed', async () => {
    await start();
    const processes = descendants(gateway.pid);
    expect(processes.length).toBeGreaterThan(0);
    gateway.kill('SIGKILL');
    await untilGone(processes);
  }, 40_000);

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with the service when the whole group gets a %s: clients are told, and nothing is left',
    async (signal) => {
      await start({}, { ownGroup: true });
      const clients = [await connect(), await connect()];
      for (const client of clients) await subscribe(client, { topic: 'messages' });
      const processes = descendants(gateway.pid);
      process.kill(-gateway.pid, signal);
      for (const client of clients) expect((await client.closed).code).toBe(1012);
      expect(await gateway.exited()).toEqual({ code: 0, signal: null });
      await untilGone(processes);
    },
    40_000,
  );

  it('is not started on a port that is in use, and the variable is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(start({ SURREAL_PORT: String(port) })).rejects.toThrow(
      new RegExp(`did not start \\(1\\):[^]*Port ${port} .*SURREAL_PORT`),
    );
    other.close();
    await start();
  }, 40_000);

  async function start(env: Readonly<Record<string, string>> = {}, options: GatewayOptions = {}): Promise<void> {
    gateway = await startGateway(
      { JWT_SECRET, SURREAL_DATA: folder, ...(bin && { SURREAL_BIN: bin }), ...env },
      options,
    );
  }

  function connect(): Promise<TestClient> {
    return TestClient.connect(gateway.url, { token: tokenOf('user-1') });
  }

  async function writerAtPrintedAddress(): Promise<Surreal> {
    const [, url = ''] = /Write to the database .* at (ws:\S+\/rpc)/.exec(gateway.output) ?? [];
    const writer = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket }); // Node 20 has none
    writers.push(writer);
    const authentication = { username: 'root', password: 'root' };
    await writer.connect(url, { namespace: 'main', database: 'main', authentication, reconnect: false });
    return writer;
  }
});
