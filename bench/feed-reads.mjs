/**
 * What a read of the changefeed costs, CPU of the database and of whoever reads, by how many transactions it hands out,
 * beside the smallest query there is, and beside a read as the SDK's own `query` does it:
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
const READS = 150;
const ROUNDS = 40;
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
  const asSdk = (count) => () =>
    writer.query(`SHOW CHANGES FOR DATABASE SINCE ${entries.at(-count).versionstamp} LIMIT ${PAGE}`);
  const cases = [
    ['RETURN 1', () => query('RETURN 1')],
    ...TRANSACTIONS.flatMap((count) => [
      [`the last ${count}`, last(count)],
      [`the last ${count}, as the SDK reads`, asSdk(count)],
    ]),
  ].map(([name, read]) => ({ name, read, mine: [], its: 0 }));
  // In turns, so that what else the machine does counts for all.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of cases) {
      const [mine, its] = [process.cpuUsage(), cpuSeconds(database.pid)];
      for (let n = 0; n < READS; n += 1) await one.read();
      const { user, system } = process.cpuUsage(mine);
      one.mine.push((user + system) / READS);
      one.its += cpuSeconds(database.pid) - its;
    }
  }
  for (const { name, mine, its } of cases) {
    mine.sort((a, b) => a - b);
    const [least, quartile] = [mine[0], mine[ROUNDS >> 2]].map((value) => value.toFixed(0));
    const databaseMicroseconds = ((its / ROUNDS / READS) * 1e6).toFixed(0);
    console.log(
      `${name}: database ${databaseMicroseconds} µs, reader ${least} µs at least, ${quartile} at the first quartile`,
    );
  }
  await writer.close();
  session.close();
} finally {
  await database.stop();
}
