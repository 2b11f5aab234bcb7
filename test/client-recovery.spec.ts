import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RealtimeClient, type ResyncNotice, type Row } from '@edge-hive/realtime-client';
import type { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { databaseEnv } from './support/service.js';
import { tokenOf } from './support/tokens.js';
import { Wire } from './support/wire.js';

const ENV = { SURREAL_SWEEP_WINDOW_MS: '500', HEARTBEAT_INTERVAL_MS: '500', HEARTBEAT_TIMEOUT_MS: '10000' };

describe('the client library', () => {
  let database: TestDatabase;
  let writer: Surreal;
  let wire: Wire;
  let table: string;
  let tables = 0;
  let gateways: Gateway[];
  const clients: RealtimeClient[] = [];
  let resyncs: ResyncNotice[];
  let versions: number;

  beforeAll(async () => {
    database = sharedDatabase();
    writer = await database.connect();
    gateways = [await start(), await start()];
  }, 60_000);
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await database.stop();
  }, 60_000);

  beforeEach(async () => {
    tables += 1;
    table = `t${tables}`;
    resyncs = [];
    versions = 0;
    await writer.query(`DEFINE TABLE ${table} CHANGEFEED 3d INCLUDE ORIGINAL`);
    wire = await Wire.to(gatewayAt(0).url);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await wire.stop();
  });

  describe.each<[string, () => Promise<void>]>([
    ['the network', async () => undefined],
    [
      'the gateway, which is killed and started again',
      async () => {
        const old = gatewayAt(0);
        old.kill('SIGKILL');
        await old.exited();
        gateways[0] = await start();
        wire.lay(gateways[0].url);
      },
    ],
    [
      'the gateway, which restarts in order',
      async () => {
        await gatewayAt(0).stop();
        gateways[0] = await start();
        wire.lay(gateways[0].url);
      },
    ],
    ['the instance, to another one', async () => wire.lay(gatewayAt(1).url)],
  ])('losing %s', (_, fault) => {
    it('tells every change once and in order, and no resync', async () => {
      const told: string[] = [];
      await subscribe(told);
      await write('a', 'b');
      await until(() => told.length === 2);
      await away(fault, () => write('c', 'd', 'a'));
      await write('e');
      await until(() => told.length >= 6);
      expect(told).toEqual(['CREATE a 1', 'CREATE b 2', 'CREATE c 3', 'CREATE d 4', 'UPDATE a 5', 'CREATE e 6']);
      expect(resyncs).toEqual([]);
    }, 60_000);

    it('resumes a filtered stream that was quiet for long', async () => {
      const told: string[] = [];
      await subscribe(told, { kind: 'wanted' });
      await write('other', 'more');
      await away(fault, async () => {
        await write('other');
        await writer.query(`CREATE ${table}:x SET kind = 'wanted', version = 1`);
      });
      await until(() => told.length > 0);
      expect(told).toEqual(['CREATE x 1']);
      expect(resyncs).toEqual([]);
    }, 60_000);

    it('keeps collections as the table is', async () => {
      await write('a', 'b', 'c');
      const client = connect();
      const all = client.collection(table);
      const first = client.collection(table, { limit: 2, orderBy: [{ field: 'version', desc: true }] });
      await Promise.all([all.ready, first.ready]);
      await away(fault, async () => {
        await write('d', 'a');
        await writer.query(`DELETE ${table}:b`);
      });
      await writer.query(`DELETE ${table}:d`);
      await write('f');
      await until(() => all.get(`${table}:f`) !== undefined && first.get(`${table}:f`) !== undefined);
      const [rows] = await writer.query<[{ id: { toString(): string }; version: number }[]]>(
        `SELECT * FROM ${table} ORDER BY version DESC`,
      );
      const expected = rows.map(({ id, version }) => [id.toString(), version]);
      const shown = (items: readonly Row[]) => items.map(({ id, version }) => [id, version]);
      await until(() => all.status === 'current' && first.status === 'current' && first.size === 2);
      expect(shown(all.items)).toEqual([...expected].sort());
      expect(shown(first.items)).toEqual(expected.slice(0, 2));
    }, 60_000);
  });

  it('delivers each publish once, though connections break under them', async () => {
    const heard: unknown[] = [];
    const listener = new RealtimeClient(gatewayAt(0).url, { WebSocket, token: tokenOf('listener') });
    clients.push(listener);
    await listener.channel('room:1').subscribe('said', ({ data }) => heard.push(data)).ready;
    const channel = connect().channel('room:1');
    const published: Promise<unknown>[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (let n = 0; n < 20; n += 1) published.push(channel.publish('said', round * 20 + n));
      await until(() => heard.length > round * 20);
      wire.cut();
      wire.mend();
    }
    await Promise.all(published);
    // Comes last: what was published before has been heard then, and would have been heard twice.
    await channel.publish('said', 100);
    await until(() => heard.includes(100));
    expect([...heard].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 101 }, (_, n) => n));
  }, 60_000);

  it('loses nothing of a table that is written to while connections break again and again', async () => {
    const told: string[] = [];
    const client = connect();
    await client.subscribe(table, null, ({ action, data }) => told.push(`${action} ${String(data['version'])}`)).ready;
    const collection = client.collection(table);
    await collection.ready;
    let version = 0;
    const writing = (async () => {
      for (; version < 400; version += 1) {
        await writer.query(`UPSERT ${table}:${String(version % 7)} SET version = ${String(version)}`);
      }
    })();
    for (let cut = 0; cut < 8; cut += 1) {
      const target = version + 40;
      await until(() => version >= target || version >= 400);
      wire.cut();
      wire.lay(gatewayAt(cut % 2).url);
      wire.mend();
    }
    await writing;
    await until(() => told.length >= 400);
    expect(told.map((text) => text.split(' ')[1])).toEqual(Array.from({ length: 400 }, (_, n) => String(n)));
    await until(() => collection.items.some(({ version: last }) => last === 399));
    expect(collection.items.map(({ version: last }) => last).sort()).toEqual([393, 394, 395, 396, 397, 398, 399]);
    expect(resyncs).toEqual([]);
  }, 120_000);

  async function write(...keys: string[]): Promise<void> {
    for (const key of keys) {
      versions += 1;
      await writer.query(`UPSERT ${table}:${key} SET version = ${versions}, kind = 'other'`);
    }
  }

  function start(): Promise<Gateway> {
    return startGateway({ ...databaseEnv(database), ...ENV });
  }

  function gatewayAt(index: number): Gateway {
    const gateway = gateways[index];
    if (gateway === undefined) throw new Error(`There is no gateway ${index}.`);
    return gateway;
  }

  /** A client whose connection goes over the wire. */
  function connect(): RealtimeClient {
    const backoff = { baseDelay: 50, maxDelay: 200 };
    const client = new RealtimeClient(wire.url, { WebSocket, token: tokenOf('user-1'), backoff });
    client.on('resync', (notice) => resyncs.push(notice));
    clients.push(client);
    return client;
  }

  async function subscribe(told: string[], filter: { kind: string } | null = null): Promise<void> {
    const subscription = connect().subscribe(table, filter, ({ action, data }) =>
      told.push(`${action} ${data.id.replace(`${table}:`, '')} ${String(data['version'])}`),
    );
    await subscription.ready;
  }

  /** Cuts the wire, brings a fault about, and does something before it is mended. */
  async function away(fault: () => Promise<void>, meanwhile: () => Promise<void>): Promise<void> {
    wire.cut();
    await fault();
    await meanwhile();
    wire.mend();
  }
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) return; // The comparison behind it says what is missing.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
