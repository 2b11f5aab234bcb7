/**
 * What a read of the changefeed costs, CPU of the database and of whoever reads, by how many transactions it hands out,
 * beside the smallest query there is:
 *
 *   SURREAL_BIN=surreal node bench/feed-reads.mjs
 */
import { RecordId } from 'surrealdb';
import { feedPage } from '../dist/surreal/feed/feed-page.js';
import { SdkSession } from '../dist/surreal/connection/sdk-session.js';
import { connectDatabase } from './load/database-client.mjs';
import { payload } from './load/payload.mjs';
import { cpuSeconds } from './measure/process-stat.mjs';
import { startDatabase } from './peers/database.mjs';

const TABLE = 'read';
const WRITES = 1_000;
const RECORDS = 300;
const READS = 1_500;
const ROUNDS = 3;
const PAGE = 1_000;
const TRANSACTIONS = [1, 5, 50, 100];

const database = await startDatabase([TABLE]);
try {
  const writer = await connectDatabase(database.url);
  const { text } = JSON.parse(payload());
  for (let n = 0; n < WRITES; n += 1) {
    const record = new RecordId(TABLE, n % RECORDS);
    await writer.query('UPSERT $record CONTENT $row RETURN NONE', { record, row: { n, text } });
  }
  await writer.close();
  const endpoint = () => ({
    url: database.url,
    namespace: 'main',
    database: 'main',
    username: 'root',
    password: 'root',
  });
  const session = await SdkSession.open({ endpoint, timeoutMs: 10_000 });
  const query = (statement) => session.query(statement);
  const { entries } = await feedPage(query, 0n, PAGE);
  const last = (count) => () => feedPage(query, entries.at(-count).versionstamp, PAGE);
  const cases = [
    ['RETURN 1', () => query('RETURN 1')],
    ...TRANSACTIONS.map((count) => [`the last ${count}`, last(count)]),
  ];
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, read] of cases) {
      const [mine, its] = [process.cpuUsage(), cpuSeconds(database.pid)];
      for (let n = 0; n < READS; n += 1) await read();
      const { user, system } = process.cpuUsage(mine);
      const databaseMicroseconds = ((cpuSeconds(database.pid) - its) / READS) * 1e6;
      const readerMicroseconds = (user + system) / READS;
      console.log(
        `${name}: database ${databaseMicroseconds.toFixed(0)} µs, reader ${readerMicroseconds.toFixed(0)} µs`,
      );
    }
  }
  session.close();
} finally {
  await database.stop();
}
