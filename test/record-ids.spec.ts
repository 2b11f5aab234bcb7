import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RecordId, type Surreal } from 'surrealdb';
import { equalValues } from '../src/values/compare.js';
import { parseRecordId } from '../src/values/parse-record-id.js';
import { recordIdText } from '../src/values/record-id-text.js';
import { canonicalIdText } from '../src/values/record-id-notations.js';
import { RECORD_IDS } from '../src/values/record-ids.fixture.js';
import { sharedDatabase } from './support/database.js';

/** The embedded engine has no HTTP API. */
const itOnServer = process.env.SURREAL_BIN ? it : it.skip;

/** A text that one of SurrealDB's tools writes, and for which id. */
interface Written {
  readonly by: string;
  readonly text: string;
  readonly id: RecordId;
}

describe('texts of record ids, as SurrealDB writes them', () => {
  const database = sharedDatabase();
  let connection: Surreal;

  beforeAll(async () => {
    connection = await database.connect();
  });

  afterAll(async () => {
    await database.stop();
  });

  /** What each expression makes of each id. */
  async function writtenBy(...expressions: readonly string[]): Promise<Written[]> {
    const written = await Promise.all(
      RECORD_IDS.map(async (id) => {
        const [texts] = await connection.query<[string[]]>(`RETURN [${expressions.join()}]`, { id });
        return expressions.map((by, i) => ({ by, text: texts[i] ?? '', id }));
      }),
    );
    return written.flat();
  }

  it('are read as the ids that they name', async () => {
    const written = await writtenBy('<string>$id', 'type::string($id)', 'string::concat($id)');
    expect(written.filter(({ text, id }) => !equalValues(parseRecordId(text), id))).toEqual([]);
  });

  it('are read as the ids that they name inside of other ids', async () => {
    const written = await writtenBy("<string>type::record('t', [$id])");
    const misread = written.filter(({ text, id }) => !equalValues(parseRecordId(text), new RecordId('t', [id])));
    expect(misread).toEqual([]);
  });

  itOnServer('are read as the ids that they name over HTTP', async () => {
    const { url, namespace, database: name, username, password } = database;
    for (const id of RECORD_IDS) {
      await connection.query('UPSERT held:1 SET id = held:1, link = $id', { id });
      const answer = await fetch(url.replace(/^ws(.*)rpc$/, 'http$1sql'), {
        method: 'POST',
        headers: {
          accept: 'application/json',
          authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
          'surreal-ns': namespace,
          'surreal-db': name,
        },
        body: 'SELECT VALUE link FROM held:1',
      });
      const [{ result }] = (await answer.json()) as [{ result: [string] }];
      expect([result, equalValues(parseRecordId(result[0]), id)]).toEqual([result, true]);
    }
  });

  it('are known by one text', async () => {
    // A table that is called `_` some versions write bare.
    const written = (await writtenBy('<string>$id')).filter(({ id }) => id.table.name !== '_');
    for (const { text, id } of written) expect([text, canonicalIdText(text)]).toEqual([text, recordIdText(id)]);
    for (const id of RECORD_IDS) expect(canonicalIdText(recordIdText(id))).toBe(recordIdText(id));
  });

  it('never name two ids', async () => {
    const written = await writtenBy('<string>$id');
    const meanings = new Map<string, Set<string>>();
    for (const { text, id } of [...written, ...RECORD_IDS.map((id) => ({ text: recordIdText(id), id }))]) {
      const canonical = recordIdText(parseRecordId(text) ?? new RecordId('not', 'read'));
      meanings.set(canonical, (meanings.get(canonical) ?? new Set()).add(recordIdText(id)));
    }
    expect([...meanings.values()].filter((ids) => ids.size !== 1)).toEqual([]);
    expect(meanings.size).toBe(RECORD_IDS.length);
  });

  it('are read as SurrealDB itself reads them', async () => {
    const written = await writtenBy('<string>$id');
    const refused: string[] = [];
    for (const { text, id } of written) {
      const [read] = await connection
        .query<[unknown]>('RETURN type::record($text)', { text })
        .catch(() => [refused.push(text)]);
      if (read instanceof RecordId) expect([text, equalValues(read, id)]).toEqual([text, true]);
    }
    // It writes tables and infinities within keys, but doesn't read them.
    expect(refused.length).toBeLessThan(RECORD_IDS.length / 20);
  });
});
