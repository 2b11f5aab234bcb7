/**
 * Which writes a live query of their table doesn't tell. Prints what docs/databases.md has.
 *
 *   npm run build && node bench/silent-writes.mjs [--surreal path/to/surreal]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startSurreal } from '@edge-hive/surreal-server';
import { Surreal, WebSocketEngine } from 'surrealdb';
import { WebSocket } from 'ws';
import { connectDatabase, prepareDatabase } from './load/database-client.mjs';

const { values } = parseArgs({ options: { surreal: { type: 'string' } } });
/** Nothing has come for so long: nothing will. */
const QUIET_MS = 300;

/** Each creates one record of `t`, or deletes one of `edge`. */
const WRITES = {
  'a statement alone': 'CREATE t',
  'several statements that write': 'CREATE other; CREATE t',
  'behind LET': 'LET $x = 1; CREATE t',
  'behind SELECT': 'SELECT * FROM other; CREATE t',
  'behind INFO': 'INFO FOR DB; CREATE t',
  'behind RETURN': 'RETURN 1; CREATE t',
  'behind a write and LET': 'CREATE other; LET $x = 1; CREATE t',
  'before LET': 'CREATE t; LET $x = 1',
  'in LET': 'LET $x = (CREATE t)',
  'in BEGIN … COMMIT, behind LET': 'BEGIN; LET $x = 1; CREATE t; COMMIT',
  'in a block, IF or FOR': 'FOR $n IN 0..1 { IF true { CREATE t } }',
  'in a function': 'fn::make()',
  'in an event of another table': 'CREATE watched',
  'in a projection': 'SELECT (CREATE t) FROM 1',
  'bulk INSERT': 'INSERT INTO t [{ n: 1 }]',
  RELATE: 'RELATE other:1->t->other:2',
  'OPTION IMPORT': 'OPTION IMPORT; CREATE t',
  'a transaction of the SDK': async (connection) => {
    const transaction = await connection.beginTransaction();
    await transaction.query('CREATE t');
    await transaction.commit();
  },
  'REFERENCE ON DELETE CASCADE': 'CREATE other:9; CREATE held:1 SET of = other:9; DELETE other:9',
  'an edge that goes with its vertex': 'CREATE other:5; RELATE other:5->edge->other:6; DELETE other:5',
};
/** Whose live queries count, where it isn't that of `t`. */
const TABLES = { 'REFERENCE ON DELETE CASCADE': 'held', 'an edge that goes with its vertex': 'edge' };

const { surreal: bin } = values;
const database = await startSurreal(bin ? { bin } : {});
try {
  await prepareDatabase(database.url, []);
  const writer = await connectDatabase(database.url);
  await writer.query(`DEFINE TABLE t; DEFINE TABLE edge; DEFINE TABLE other; DEFINE TABLE watched; DEFINE TABLE held;
    DEFINE FIELD of ON held TYPE option<record<other>> REFERENCE ON DELETE CASCADE;
    DEFINE FUNCTION fn::make() { CREATE t }; DEFINE EVENT made ON watched WHEN true THEN (CREATE t)`);
  const { listener, told } = await listen(['t', 'edge', 'held']);
  console.log('| a write | told |\n| --- | --- |');
  for (const [name, write] of Object.entries(WRITES)) {
    told.length = 0;
    await (typeof write === 'string' ? writer.query(write) : write(writer));
    await delay(QUIET_MS);
    const { [name]: table = 't' } = TABLES;
    const isTold = told.some((change) => change === (table === 't' ? 't CREATE' : `${table} DELETE`));
    console.log(`| ${name} | ${isTold ? 'yes' : '**no**'} |`);
  }
  await listener.close();
  await writer.close();
} finally {
  await database.stop();
}

/** Live queries whose every message is noted: of two that arrive together the SDK's own iterators drop one. */
async function listen(tables) {
  const told = [];
  const names = new Map();
  const listener = new Surreal({ websocketImpl: WebSocket, engines: { ws: (context) => noting(context) } });
  await listener.connect(database.url, { authentication: { username: 'root', password: 'root' } });
  await listener.use({ namespace: 'main', database: 'main' });
  for (const table of tables) {
    const [id] = await listener.query(`LIVE SELECT * FROM ${table}`);
    names.set(String(id), table);
  }
  return { listener, told };

  function noting(context) {
    const engine = new WebSocketEngine(context);
    const original = engine.handleRpcResponse;
    engine.handleRpcResponse = (response) => {
      const { id, result } = response;
      if (id === undefined && result?.action) told.push(`${names.get(String(result.id))} ${result.action}`);
      else original.call(engine, response);
    };
    return engine;
  }
}
