import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ResyncReason } from '@edge-hive/protocol';
import type { INestApplicationContext } from '@nestjs/common';
import type { Surreal } from 'surrealdb';
import { startDatabase, type TestDatabase } from '../../test/support/database.js';
import { startParts } from '../../test/support/parts.js';
import { Config } from '../config/config.js';
import type { Change } from './changes/change.js';
import type { DatabaseListener } from './changes/database-listener.js';
import { DatabaseState } from './connection/database-state.js';
import { Database } from './database.js';
import { SurrealModule } from './surreal.module.js';

/** Notes what is told, and lets a test wait for it. */
class Delivered implements DatabaseListener {
  readonly texts: string[] = [];
  private wake: () => void = () => undefined;

  changes(changes: readonly Change[]): void {
    for (const { action, key, place, table } of changes) {
      if (table === 'edge_hive_identity') continue;
      this.deliver(`${place ? '' : 'live '}${action} ${key}`);
    }
  }
  began(): void {
    // Told at every beginning; what follows from it is judged by what is told next.
  }
  marked(): void {
    // Where streams can begin is the log’s affair.
  }
  late(): void {
    this.deliver('late');
  }
  broken(table: string, reason: ResyncReason): void {
    this.deliver(`broken ${table} ${reason}`);
  }
  unreadable(): void {
    this.deliver('unreadable');
  }
  replaced(): void {
    this.deliver('replaced');
  }
  removed(table: string): void {
    this.deliver(`removed ${table}`);
  }

  async until(text: string): Promise<void> {
    while (!this.texts.includes(text)) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  private deliver(text: string): void {
    this.texts.push(text);
    this.wake();
  }
}

function deliveredBy(database: Database): Delivered {
  const delivered = new Delivered();
  database.listen(delivered);
  return delivered;
}

describe('Database', () => {
  let parts: INestApplicationContext;
  let server: TestDatabase;
  let writer: Surreal;
  let database: Database;
  let delivered: Delivered;

  beforeEach(async () => {
    server = await startDatabase();
    writer = await server.connect();
    const config = Object.assign(new Config(), {
      surrealUrl: server.url,
      surrealNamespace: server.namespace,
      surrealDatabase: server.database,
      surrealUsername: server.username,
      surrealPassword: server.password,
      manageChangefeeds: 'all',
    });
    const listening = { provide: Delivered, useFactory: deliveredBy, inject: [Database] };
    parts = await startParts(config, { imports: [SurrealModule.forRoot()], providers: [listening] });
    database = parts.get(Database);
    delivered = parts.get(Delivered);
    while (parts.get(DatabaseState).status !== 'up') await new Promise(setImmediate);
  });

  afterEach(async () => {
    await parts.close();
    await server.stop();
  });

  async function follow(name: string): Promise<void> {
    const table = await database.tables.prepare(name, true);
    if (!table) throw new Error(`there is no table ${name}`);
    await database.follow(table);
  }

  it('tells the changes of a table that it gave a changefeed', async () => {
    await follow('notes');
    expect(database.followsDurably('notes')).toBe(true);
    await writer.query('CREATE notes:1');
    await delivered.until('CREATE notes:1');
  });

  it('goes on with another database under the same name, its tables defined again', async () => {
    await follow('notes');
    await writer.query('CREATE notes:1');
    await delivered.until('CREATE notes:1');
    server.process.kill('SIGKILL');
    await delivered.until('replaced');
    writer = await server.connect();
    await writer.query('CREATE notes:2');
    await delivered.until('CREATE notes:2');
    expect(delivered.texts).toEqual(['CREATE notes:1', 'replaced', 'CREATE notes:2']);
  });

  it('notices that the database was removed and made anew while it was read', async () => {
    await follow('notes');
    await writer.query('CREATE notes:1');
    await delivered.until('CREATE notes:1');
    await writer.query(`REMOVE DATABASE IF EXISTS ${server.database}; DEFINE DATABASE ${server.database}`);
    await delivered.until('replaced');
    expect(delivered.texts).not.toContain('removed notes');
    await writer.query('CREATE notes:2');
    await delivered.until('CREATE notes:2');
  });

  it('tells when a table is removed, and follows it no longer', async () => {
    await follow('notes');
    await writer.query('REMOVE TABLE notes');
    await delivered.until('removed notes');
    expect(database.followsDurably('notes')).toBe(false);
  });

  it('gives a table its changefeed again, and tells that changes may be missed', async () => {
    await follow('notes');
    await writer.query('ALTER TABLE notes DROP CHANGEFEED');
    await delivered.until('broken notes feed_changed');
    expect(database.followsDurably('notes')).toBe(true);
    await writer.query('CREATE notes:1');
    await delivered.until('CREATE notes:1');
    expect(delivered.texts).toEqual(['broken notes feed_changed', 'CREATE notes:1']);
  });

  it('tells that changes may be missed when the live query of a table was killed', async () => {
    await writer.query('DEFINE TABLE bare');
    const table = await database.tables.find('bare');
    if (!table) throw new Error('no table');
    await database.follow(table);
    const [info] = await writer.query('INFO FOR TABLE bare STRUCTURE');
    for (const { id } of (info as { lives: { id: unknown }[] }).lives) await writer.query('KILL $id', { id });
    await delivered.until('broken bare interrupted');
    await writer.query('CREATE bare:1');
    await delivered.until('live CREATE bare:1');
  });
});
