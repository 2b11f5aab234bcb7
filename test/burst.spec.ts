import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventFrame } from '@edge-hive/protocol';
import { burst } from './support/burst.js';
import type { TestClient } from './support/client.js';
import { readFeed, type FeedChange } from './support/feed.js';
import { startService, type Service } from './support/service.js';

const GROUPS = 100;

describe('a burst of 20,000 writes by 16 writers', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ LIMIT_OUTBOX_BYTES: String(64 * 1024 * 1024) });
  }, 60_000);
  afterAll(() => service.stop());

  it('reaches 1 unfiltered and 100 filtered subscribers completely, once, and in the order of each record', async () => {
    const everything = await subscribed(undefined);
    const groups = await Promise.all(Array.from({ length: GROUPS }, (_, group) => subscribed({ group })));
    await burst(service.database, { writers: 16, writes: 20_000, bulkRows: 5_000, groups: GROUPS });

    const changes = (await readFeed(service.writer)).filter(({ table }) => table === 'burst');
    expect(changes.length).toBeGreaterThan(10_000);
    await expectDelivered(everything, expectedEvents(changes, undefined));
    for (const [group, client] of groups.entries()) await expectDelivered(client, expectedEvents(changes, group));
  }, 300_000);

  async function subscribed(filter: object | undefined): Promise<TestClient> {
    const client = await service.connect();
    const reply = await client.request({ type: 'subscribe', id: 's', topic: 'burst', ...(filter && { filter }) });
    expect(reply).toMatchObject({ type: 'subscribed', durable: true });
    return client;
  }
});

/** What a subscriber of a group, or of everything, has to be told, in the database's own order. */
function expectedEvents(changes: readonly FeedChange[], group: number | undefined): string[] {
  const groups = new Map<string, unknown>();
  return changes.flatMap(({ id, action, after }) => {
    const [was, is] = [groups.get(id), after?.['group']];
    groups.set(id, is);
    const wasIn = action !== 'CREATE' && (group === undefined || was === group);
    const isIn = action !== 'DELETE' && (group === undefined || is === group);
    if (!wasIn && !isIn) return [];
    const transition = action !== 'UPDATE' || wasIn === isIn ? '' : isIn ? 'enter' : 'leave';
    return [[id, action, isIn ? String(after?.['version']) : '', transition].join(' ')];
  });
}

function told({ data, action, transition }: EventFrame): string {
  const version = action === 'DELETE' || transition === 'leave' ? '' : String(data['version']);
  return [data.id, action, version, transition ?? ''].join(' ');
}

async function expectDelivered(client: TestClient, expected: readonly string[]): Promise<void> {
  await client.until(() => events(client).length >= expected.length);
  const got = events(client);
  expect(new Set(got.map(({ cursor }) => cursor)).size).toBe(got.length);
  expect(byRecord(got.map(told))).toEqual(byRecord(expected));
}

function events(client: TestClient): readonly EventFrame[] {
  return client.frames.filter((frame) => frame.type === 'event');
}

function byRecord(texts: readonly string[]): Record<string, string[]> {
  const records: Record<string, string[]> = {};
  for (const text of texts) (records[text.slice(0, text.indexOf(' '))] ??= []).push(text);
  return records;
}
