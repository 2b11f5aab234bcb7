import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { RowQuestion } from '../../filter/row-question.js';
import type { Query } from '../../surreal/connection/sdk-session.js';
import { approximateBytes } from '../../values/byte-size.js';
import type { DatabaseRow } from '../../values/path.js';
import { askRows } from './ask-rows.js';
import { Wanted } from './wanted.js';

const MIB = 2 ** 20;

function question(key: string): RowQuestion {
  const parts = { key, pieces: ['text = ', ''], values: [key], fields: ['text'], tables: new Set<string>() };
  return new RowQuestion({ ...parts, linked: [], joined: [] });
}

function rowsOf(count: number, text: string): readonly DatabaseRow[] {
  return Array.from({ length: count }, (_, n) => ({ id: new RecordId('t', n), text, other: 'x'.repeat(MIB) }));
}

/** Says yes to everything, and keeps what each query brought. */
function database() {
  const bytes: number[] = [];
  const query: Query = (text, bindings = {}) => {
    bytes.push(approximateBytes(Object.values(bindings)));
    return Promise.resolve(
      text.split('; ').map((statement) => {
        const rows = bindings[/FROM \$(\w+)$/.exec(statement)?.[1] ?? ''] as readonly unknown[];
        return rows.map(() =>
          statement
            .split('!!(')
            .slice(1)
            .map(() => true),
        );
      }),
    );
  };
  return { bytes, query };
}

async function asked(questions: readonly RowQuestion[], rows: readonly DatabaseRow[]): Promise<readonly number[]> {
  const wanted = new Wanted();
  wanted.addAll(questions, rows);
  expect(wanted.size).toBe(questions.length * rows.length);
  const { bytes, query } = database();
  await askRows(query, wanted, (reason) => {
    throw new Error(reason);
  });
  for (const one of questions) for (const row of rows) expect(one.knows(row)).toBe(true);
  return bytes;
}

describe('what the database is asked about rows', () => {
  it('is one query as long as it is little', async () => {
    const questions = Array.from({ length: 100 }, (_, n) => question(`q${n}`));
    expect(await asked(questions, rowsOf(10, 'short'))).toHaveLength(1);
  });

  it('is no more than 2 MiB in a query, of the fields that are read', async () => {
    const bytes = await asked([question('q')], rowsOf(40, 'x'.repeat(100_000)));
    expect(bytes).toHaveLength(4);
    expect(Math.max(...bytes)).toBeLessThan(2.1 * MIB);
  });

  it('is no more than that where several questions bring as many rows again', async () => {
    const questions = Array.from({ length: 200 }, (_, n) => question(`q${n}`));
    const bytes = await asked(questions, rowsOf(5, 'x'.repeat(200_000)));
    expect(Math.max(...bytes)).toBeLessThan(2.1 * MIB);
  });

  it('is a row by itself that is larger than that', async () => {
    const bytes = await asked([question('q')], rowsOf(3, 'x'.repeat(2 * MIB)));
    expect(bytes).toHaveLength(3);
  });
});
