import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TestClient } from './support/client.js';
import { sharedDatabase } from './support/database.js';
import { startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(30_000);

const COUNT = 8;
const numbers = Array.from({ length: COUNT }, (_, n) => n);

describe('what a client is told', () => {
  let service: Service;
  let client: TestClient;
  beforeAll(async () => {
    const database = sharedDatabase();
    const connection = await database.connect();
    await connection.query('DEFINE TABLE plain');
    service = await startService({ SURREAL_MANAGE_CHANGEFEEDS: 'off' }, database);
    client = await service.connect();
  }, 60_000);
  afterAll(() => service.stop());

  it.each([
    ['channels', (n: number) => ({ channel: `room:${n}` })],
    ['topics', (n: number) => ({ topic: 'plain', filter: { n } })],
  ])('does not count, in the names of streams, those that others opened: %s', async (_, request) => {
    const names: string[] = [];
    for (const n of numbers) {
      const subscribed = await client.request({ type: 'subscribe', id: `${n}`, ...request(n) });
      names.push('stream' in subscribed ? subscribed.stream : '');
    }
    expect(isCounted(names.map((name) => name.slice(name.indexOf('-') + 1)))).toBe(false);
  });

  it('does not count, in cursors of a table without a changefeed, the changes of others', async () => {
    const stream = await subscribe(client, { topic: 'plain' });
    for (const n of numbers) await service.writer.query('CREATE plain SET other = $n', { n });
    await stream.take(COUNT);
    expect(stream.events).toHaveLength(COUNT);
    const cursors = [stream.subscribed.cursor, ...stream.events.map(({ cursor }) => cursor)];
    expect(new Set(cursors).size).toBe(COUNT + 1);
    expect(isCounted(cursors.map((cursor) => cursor.slice(cursor.indexOf('~') + 1)))).toBe(false);
  });
});

/** Whether each is the number behind the one before it, or as far behind it as all others are. */
function isCounted(texts: readonly string[]): boolean {
  const values = texts.map((text) => parseInt(text, 36));
  return new Set(values.slice(1).map((value, n) => value - (values[n] ?? 0))).size === 1;
}
