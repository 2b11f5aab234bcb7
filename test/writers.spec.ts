import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Surreal, SurrealTransaction } from 'surrealdb';
import type { TestClient } from './support/client.js';
import { sharedDatabase } from './support/database.js';
import { startService, type Service } from './support/service.js';
import { subscribe } from './support/test-stream.js';

describe('a transaction that deletes records', () => {
  let service: Service;
  let writer: Surreal;
  beforeAll(async () => {
    const database = sharedDatabase();
    writer = await database.connect();
    service = await startService({ SURREAL_MANAGE_CHANGEFEEDS: 'off' }, database);
  }, 60_000);
  afterAll(() => service.stop());

  let tables = 0;

  async function defined(clause: string): Promise<string> {
    const table = `deleted${++tables}`;
    await writer.query(`DEFINE TABLE ${table} ${clause}; CREATE ${table}:1; CREATE ${table}:2`);
    return table;
  }

  /** Deletes, lets something happen, and commits: a conflict is refused only then. */
  async function deleteWhile(table: string, happens: () => Promise<unknown>): Promise<void> {
    const transaction: SurrealTransaction = await writer.beginTransaction();
    await transaction.query(`DELETE ${table}`);
    await happens();
    await transaction.commit();
    const [left] = await writer.query(`SELECT VALUE id FROM ${table} WHERE id IN [${table}:1, ${table}:2]`);
    expect(left).toEqual([]);
  }

  async function writeOften(table: string, client: TestClient): Promise<void> {
    const other = await service.database.connect();
    const stream = await subscribe(client, { topic: table });
    await Promise.all(Array.from({ length: 300 }, (_, n) => other.query(`CREATE ${table}:often${n}`)));
    await stream.take(300);
  }

  it.each<[string, (table: string, client: TestClient) => Promise<unknown>]>([
    ['subscribes to its table for the first time', (topic, client) => subscribe(client, { topic })],
    [
      'subscribes and unsubscribes',
      async (topic, client) => {
        await subscribe(client, { topic });
        await client.request({ type: 'unsubscribe', id: 'u', topic });
      },
    ],
    ['writes to its table as often as is told in a loop', writeOften],
  ])('commits while somebody %s', async (_, happens) => {
    const table = await defined('CHANGEFEED 1h INCLUDE ORIGINAL');
    const client = await service.connect();
    await deleteWhile(table, () => happens(table, client));
  });

  it('commits while the last one unsubscribes from its table, whose changes live queries tell', async () => {
    const topic = await defined('');
    const client = await service.connect();
    await subscribe(client, { topic });
    await deleteWhile(topic, () => client.request({ type: 'unsubscribe', id: 'u', topic }));
    // What is heard of it no longer counts, and who comes back is told what is written from then on.
    const again = await subscribe(client, { topic });
    await writer.query(`CREATE ${topic}:3`);
    await again.next();
    expect(again.told).toEqual([`CREATE ${topic}:3`]);
  });
});
