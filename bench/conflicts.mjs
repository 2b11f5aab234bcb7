/**
 * Which statements about live queries make which writers' transactions fail, on each engine. For each pair: a transaction
 * has written and is not yet committed, the other statement is carried out, then the transaction commits. Prints what
 * docs/databases.md has.
 *
 *   npm run build && node bench/conflicts.mjs [--surreal path/to/surreal]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startSurreal } from '@edge-hive/surreal-server';
import { createNodeEngines } from '@surrealdb/node';
import { Surreal } from 'surrealdb';
import { connectDatabase, prepareDatabase } from './load/database-client.mjs';

const { values } = parseArgs({ options: { surreal: { type: 'string' } } });
const UNUSED_POLL_MS = 10;

/** What a transaction does. The other statement comes behind its first one. */
const WRITERS = {
  'DELETE t': ['DELETE t'],
  'DELETE t WHERE …': ['DELETE t WHERE n > 1'],
  'DELETE t WHERE … that finds none': ['DELETE t WHERE n > 1000'],
  'DELETE t:1': ['DELETE t:1'],
  'DELETE of an edge': ['DELETE edge'],
  'UPDATE t': ['UPDATE t SET n += 1'],
  'UPSERT t:1': ['UPSERT t:1 SET n = 7'],
  'INSERT INTO t': ['INSERT INTO t [{ id: 101 }, { id: 102 }]'],
  'RELATE t:1->edge->t:3': ['RELATE t:1->edge->t:3'],
  'SELECT FROM t, then CREATE in t': ['SELECT * FROM t', 'CREATE t:77'],
  'SELECT FROM t, then CREATE elsewhere': ['SELECT * FROM t', 'CREATE other:77'],
  'SELECT t:1, then UPDATE t:1': ['SELECT * FROM t:1', 'UPDATE t:1 SET n += 1'],
};

/** What is done beside it: `before` prepares it, and what that returns is handed to `now`. */
const BESIDE = {
  'LIVE t': { now: ({ other }) => other.query('LIVE SELECT id FROM t') },
  'KILL on t': {
    before: async ({ other }) => (await other.query('LIVE SELECT id FROM t'))[0],
    now: ({ other }, id) => other.query('KILL $id', { id }),
  },
  'end of a connection that listens to t': {
    before: async ({ open }) => {
      const connection = await open();
      await connection.query('LIVE SELECT id FROM t');
      return connection;
    },
    now: async ({ other, close }, connection) => {
      await close(connection);
      // Else it would tell nothing of what happens when the database ends the live query.
      while ((await liveQueries(other, 't')).length > 0) await delay(UNUSED_POLL_MS);
    },
  },
  'LIVE edge': { now: ({ other }) => other.query('LIVE SELECT id FROM edge') },
  'LIVE other': { now: ({ other }) => other.query('LIVE SELECT id FROM other') },
  'a changefeed is added to t': { now: ({ other }) => other.query('ALTER TABLE t CHANGEFEED 2h INCLUDE ORIGINAL') },
  'SHOW CHANGES': { now: ({ other }) => other.query('SHOW CHANGES FOR DATABASE SINCE 0 LIMIT 1000') },
};

const folder = await mkdtemp(join(tmpdir(), 'edge-hive-conflicts-'));
try {
  const { surreal: bin } = values;
  if (bin) {
    await judge('server, memory', () => served({ bin }));
    await judge('server, SurrealKV', () => served({ bin, data: join(folder, 'server') }));
    process.env.SURREAL_LIVE_QUERY_ENGINE = 'router';
    await judge('server, memory, SURREAL_LIVE_QUERY_ENGINE=router', () => served({ bin }));
  }
  await judge('embedded, memory', () => inProcess('mem://'));
  await judge('embedded, SurrealKV', () => inProcess(`surrealkv://${join(folder, 'embedded')}`));
  await judge('embedded, RocksDB', () => inProcess(`rocksdb://${join(folder, 'rocks')}`));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

async function judge(name, start) {
  const database = await start();
  const { open } = database;
  const [writer, other] = [await open(), await open()];
  console.log(`\n${name}\n\n| a transaction with | ${Object.keys(BESIDE).join(' | ')} |`);
  console.log(`| --- |${' --- |'.repeat(Object.keys(BESIDE).length)}`);
  for (const [writing, statements] of Object.entries(WRITERS)) {
    const cells = [];
    for (const beside of Object.values(BESIDE)) {
      await fill(other);
      const prepared = await beside.before?.({ ...database, other });
      cells.push(await meet(writer, statements, () => beside.now({ ...database, other }, prepared)));
      for (const table of ['t', 'edge', 'other']) {
        for (const { id } of await liveQueries(other, table)) await other.query('KILL $id', { id });
      }
    }
    console.log(`| \`${writing}\` | ${cells.join(' | ')} |`);
  }
  await database.stop();
}

/** @returns what came of a transaction in the middle of which something else is done */
async function meet(writer, statements, now) {
  const transaction = await writer.beginTransaction();
  try {
    for (const [index, statement] of statements.entries()) {
      await transaction.query(statement);
      if (index === 0) await now();
    }
    await transaction.commit();
    return 'commits';
  } catch (error) {
    if (!error.message.includes('Transaction conflict')) throw error;
    return '**fails**';
  }
}

async function fill(connection) {
  await connection.query('DELETE t; DELETE other; DELETE edge');
  await connection.query('INSERT INTO t [{ id: 1, n: 1 }, { id: 2, n: 2 }, { id: 3, n: 3 }]; RELATE t:1->edge->t:2');
}

async function liveQueries(connection, table) {
  const [info] = await connection.query(`INFO FOR TABLE ${table} STRUCTURE`);
  return info.lives;
}

/** A process that serves a database over WebSockets. */
async function served(options) {
  const database = await startSurreal(options);
  await prepareDatabase(database.url, ['t', 'edge', 'other']);
  return {
    open: () => connectDatabase(database.url),
    close: (connection) => connection.close(),
    stop: () => database.stop(),
  };
}

/** The embedded engine itself, with a session for each connection. */
async function inProcess(url) {
  const root = new Surreal({ engines: createNodeEngines() });
  await root.connect(url);
  const scope = { namespace: 'main', database: 'main' };
  await root.query('DEFINE NAMESPACE IF NOT EXISTS main; USE NS main; DEFINE DATABASE IF NOT EXISTS main');
  await root.use(scope);
  for (const table of ['t', 'edge', 'other']) {
    await root.query(`DEFINE TABLE ${table} CHANGEFEED 1h INCLUDE ORIGINAL`);
  }
  return {
    open: async () => {
      const session = await root.newSession();
      await session.use(scope);
      return session;
    },
    close: (session) => session.closeSession(),
    stop: () => root.close(),
  };
}
