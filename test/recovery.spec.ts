import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CheckpointFrame, EventFrame, SubscribedFrame } from '@edge-hive/protocol';
import type { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { databaseEnv, startService, type Service } from './support/service.js';
import { TestClient as Client } from './support/client.js';
import { tokenOf } from './support/tokens.js';

const ENV = { HEARTBEAT_INTERVAL_MS: '500', HEARTBEAT_TIMEOUT_MS: '10000', SURREAL_SWEEP_WINDOW_MS: '500' };

describe('recovery', () => {
  let service: Service;
  let table: string;
  let tables = 0;
  const others: Gateway[] = [];

  beforeAll(async () => {
    service = await startService(ENV);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(others.map((gateway) => gateway.stop()));
    await service.stop();
  }, 60_000);
  beforeEach(async () => {
    tables += 1;
    table = `t${tables}`;
    await service.writer.query(`DEFINE TABLE ${table} CHANGEFEED 3d INCLUDE ORIGINAL`);
  });

  it('delivers exactly what came after a cursor of its own log', async () => {
    const { cursor, epoch } = await seen('a:1', 'b:1');
    await write('CREATE', 'c:1');
    await write('UPDATE', 'a:2');
    const { reply, client } = await resume({ since: cursor, epoch });
    expect(reply).toMatchObject({ type: 'subscribed', recovered: true, durable: true });
    await write('CREATE', 'd:1');
    await client.until(() => told(client).length === 3);
    expect(told(client)).toEqual(['CREATE c', 'UPDATE a', 'CREATE d']);
  });

  it('delivers everything since the subscription when that is where a client left', async () => {
    const first = await service.connect();
    const subscribed = await subscribe(first);
    await first.close();
    await write('CREATE', 'a:1');
    const { client } = await resume({ since: subscribed.cursor, epoch: subscribed.epoch });
    await client.until(() => told(client).length === 1);
    expect(told(client)).toEqual(['CREATE a']);
  });

  it('repeats up to one sweep window, under the same cursors, without an epoch', async () => {
    const { cursor, cursors } = await seen('a:1', 'b:1');
    await write('CREATE', 'c:1');
    const { reply, client } = await resume({ since: cursor });
    expect(reply).toMatchObject({ recovered: true });
    await client.until(() => told(client).includes('CREATE c'));
    const repeated = events(client).filter((event) => event.data.id !== `${table}:c`);
    for (const event of repeated) expect(cursors).toContain(event.cursor);
  });

  it('leaves out what the filter leaves out', async () => {
    const { cursor, epoch } = await seen('a:1', 'b:1');
    await write('CREATE', 'c:2');
    await write('CREATE', 'd:1');
    const { client } = await resume({ since: cursor, epoch, filter: { version: 1 } });
    await client.until(() => told(client).includes('CREATE d'));
    expect(told(client)).not.toContain('CREATE c');
  });

  it('tells of a deletion to a filter that nobody had at the time', async () => {
    const { cursor, epoch } = await seen('a:1', 'b:2');
    const other = await service.connect();
    await other.request(command({ filter: { colour: 'red' } }));
    await write('DELETE', 'a');
    await write('CREATE', 'c:1');
    const { client } = await resume({ since: cursor, epoch, filter: { version: 1 } });
    await client.until(() => told(client).includes('CREATE c'));
    expect(told(client)).toEqual(['DELETE a', 'CREATE c']);
  });

  it('tells of no deletion behind a newer change of its record that the client was told', async () => {
    await write('CREATE', 'a:2');
    const first = await service.connect();
    const { epoch } = (await first.request(command({ filter: { version: 1 } }))) as SubscribedFrame;
    await write('DELETE', 'a');
    await write('CREATE', 'a:1');
    await first.until(() => events(first).length > 0);
    expect(told(first)).toEqual(['CREATE a']);
    await first.close();

    const other = await Client.connect((await another()).url, { token: tokenOf('user-1') });
    await other.next('welcome');
    await other.request(command({ filter: { version: 1 }, since: events(first).at(-1)?.cursor, epoch }));
    await write('CREATE', 'b:1');
    await other.until(() => told(other).includes('CREATE b'));
    await other.close();
    expect(told(other)).not.toContain('DELETE a');
  });

  it('resumes on another instance, and after this one was killed', async () => {
    const victim = await another();
    const before = await Client.connect(victim.url, { token: tokenOf('user-1') });
    await before.next('welcome');
    const subscribed = await subscribe(before);
    await write('CREATE', 'a:1');
    const { cursor } = await before.next('event');
    victim.kill('SIGKILL');
    await before.closed;
    await write('CREATE', 'b:1');
    await write('DELETE', 'a:1');
    const fresh = await another();
    for (const gateway of [service.gateway, fresh]) {
      const client = await Client.connect(gateway.url, { token: tokenOf('user-1') });
      await client.next('welcome');
      const reply = await client.request(command({ since: cursor, epoch: subscribed.epoch }));
      expect(reply).toMatchObject({ recovered: true });
      await client.until(() => told(client).includes('DELETE a'));
      expect(told(client).filter((text) => text !== 'CREATE a')).toEqual(['CREATE b', 'DELETE a']);
      await client.close();
    }
  });

  it('sends the snapshot only when the gap can’t be recovered', async () => {
    const { cursor, epoch } = await seen('a:1');
    const good = await resume({ since: cursor, epoch, snapshot: true });
    const bad = await resume({ since: forged(cursor), epoch, snapshot: true });
    expect(good.reply).toMatchObject({ recovered: true });
    expect(bad.reply).toMatchObject({ recovered: false });
    expect((await bad.client.next('snapshot')).data).toHaveLength(1);
    await write('CREATE', 'b:1');
    await good.client.next('event');
    expect(good.client.types).not.toContain('snapshot');
  });

  it.each([
    ['from the future', (cursor: string) => forged(cursor)],
    ['of another database', (cursor: string) => `${cursor.startsWith('x') ? 'y' : 'x'}${cursor.slice(1)}`],
    ['of a place that holds no change', (cursor: string) => cursor.replace(/-[^-]+$/, '-zz')],
  ])('says that it can’t recover from a cursor %s', async (_, change) => {
    const { cursor, epoch } = await seen('a:1');
    const { reply } = await resume({ since: change(cursor), epoch });
    expect(reply).toMatchObject({ type: 'subscribed', recovered: false });
  });

  it('refuses what is no cursor', async () => {
    const { reply } = await resume({ since: 'yesterday' });
    expect(reply).toMatchObject({ type: 'error', code: 'INVALID_CURSOR', retryable: false });
  });

  it('does not recover across a table that was removed and defined anew', async () => {
    const { cursor, epoch } = await seen('a:1');
    await service.writer.query(`REMOVE TABLE IF EXISTS ${table}; DEFINE TABLE ${table} CHANGEFEED 3d INCLUDE ORIGINAL`);
    await write('CREATE', 'b:1');
    const watcher = await service.connect();
    await subscribe(watcher);
    const fresh = await another();
    const client = await Client.connect(fresh.url, { token: tokenOf('user-1') });
    await client.next('welcome');
    expect(await client.request(command({ since: cursor, epoch }))).toMatchObject({ recovered: false });
    await client.close();
  });

  it.each([
    ['removed and defined anew', 'REMOVE TABLE IF EXISTS $t; DEFINE TABLE $t CHANGEFEED 3d INCLUDE ORIGINAL'],
    ['without its feed for a while', 'ALTER TABLE $t DROP CHANGEFEED'],
  ])('does not recover on a table that was %s while nobody was subscribed', async (_, statement) => {
    const { cursor, epoch } = await seen('a:1');
    await service.writer.query(statement.replaceAll('$t', table));
    await definitionsRead();
    await write('CREATE', 'b:1');
    await service.writer.query(`ALTER TABLE ${table} CHANGEFEED 3d INCLUDE ORIGINAL`);
    await definitionsRead();
    const { reply } = await resume({ since: cursor, epoch });
    expect(reply).toMatchObject({ type: 'subscribed', recovered: false });
  });

  it('keeps a quiet stream resumable by checkpoints, without repeats', async () => {
    const client = await service.connect();
    const { epoch, cursor } = await subscribe(client, { filter: { version: 9 } });
    await write('CREATE', 'a:1');
    await client.until(() => client.frames.some((frame) => frame.type === 'checkpoint' && frame.cursor !== cursor));
    await client.close();
    const checkpoint = client.frames.findLast((frame): frame is CheckpointFrame => frame.type === 'checkpoint');
    await write('CREATE', 'b:9');
    const resumed = await resume({ since: checkpoint?.cursor ?? '', epoch, filter: { version: 9 } });
    await resumed.client.until(() => told(resumed.client).length === 1);
    expect(told(resumed.client)).toEqual(['CREATE b']);
  });

  it('ignores a cursor on a stream that is live already', async () => {
    const client = await service.connect();
    const { cursor, epoch } = await subscribe(client);
    await write('CREATE', 'a:1');
    await client.next('event');
    expect(await client.request(command({ since: cursor, epoch }))).toMatchObject({ recovered: true });
    await write('CREATE', 'b:1');
    await client.next('event');
    expect(told(client)).toEqual(['CREATE a', 'CREATE b']);
  });

  it('tells subscribers to read again when an operator says so', async () => {
    const operated = await another({ API_KEY: 'an api key' });
    const client = await Client.connect(operated.url, { token: tokenOf('user-1') });
    await client.next('welcome');
    const { stream, cursor, epoch } = await subscribe(client);
    const post = (topic: string) =>
      fetch(`${operated.httpUrl}/api/v1/topics/${topic}/resync`, {
        method: 'POST',
        headers: { 'x-api-key': 'an api key' },
      });
    const unknown = await post('nowhere');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toEqual({
      error: { code: 'NOT_FOUND', message: 'topic: there is no table nowhere.' },
    });
    expect((await post(table)).status).toBe(202);
    expect(await client.next('resync')).toMatchObject({ stream, reason: 'requested' });
    await client.request({ type: 'unsubscribe', id: 'u', topic: table });
    expect(await client.request(command({ since: cursor, epoch }))).toMatchObject({ recovered: false });
    await client.close();
  });

  /** Settles when the gateway has read the definitions of all tables anew: it then knows of this one’s removal. */
  async function definitionsRead(): Promise<void> {
    const client = await service.connect();
    tables += 1;
    const marker = `t${tables}`;
    await service.writer.query(`DEFINE TABLE ${marker} CHANGEFEED 3d INCLUDE ORIGINAL`);
    await client.request({ type: 'subscribe', id: 'm', topic: marker });
    await client.close();
  }

  async function another(env: Record<string, string> = {}): Promise<Gateway> {
    const gateway = await startGateway({ ...databaseEnv(service.database), ...ENV, ...env });
    others.push(gateway);
    return gateway;
  }

  function command(fields: object) {
    return { type: 'subscribe', id: 's', topic: table, ...fields };
  }

  async function subscribe(client: TestClient, fields: object = {}): Promise<SubscribedFrame> {
    return (await client.request(command(fields))) as SubscribedFrame;
  }

  /** A client that has seen some records being created and is gone: where it was, and all that it was told. */
  async function seen(...records: readonly string[]) {
    const client = await service.connect();
    const { epoch } = await subscribe(client);
    for (const record of records) await write('CREATE', record);
    await client.until(() => events(client).length === records.length);
    await client.close();
    const cursors = events(client).map(({ cursor }) => cursor);
    return { epoch, cursors, cursor: cursors.at(-1) ?? '' };
  }

  async function resume(fields: object) {
    const client = await service.connect();
    return { client, reply: await client.request(command(fields)) };
  }

  async function write(action: 'CREATE' | 'UPDATE' | 'DELETE', record: string): Promise<void> {
    const [id, version] = record.split(':');
    const set = action === 'DELETE' ? '' : `SET version = ${version}`;
    await service.writer.query(`${action} ${table}:${id} ${set}`);
  }

  function told(client: TestClient): string[] {
    return events(client).map(({ action, data }) => `${action} ${data.id.slice(table.length + 1)}`);
  }
});

function events(client: TestClient): EventFrame[] {
  return client.frames.filter((frame): frame is EventFrame => frame.type === 'event');
}

/** Of the same database, at a time that is yet to come. */
function forged(cursor: string): string {
  return cursor.replace(/-([^-]+)-[^-]+$/, '-zzzzzzzzzzz-0');
}
