import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime, Decimal, Duration, RecordId, toSurqlString, Uuid, type Surreal } from 'surrealdb';
import { compileCondition } from '../src/filter/compile-condition.js';
import type { Condition } from '../src/filter/condition.js';
import { parseFilter } from '../src/filter/parse-filter.js';
import { toSurrealql, type Clause } from '../src/filter/surrealql.js';
import { compareValues } from '../src/values/compare.js';
import type { DatabaseRow } from '../src/values/path.js';
import { recordIdText } from '../src/values/record-id-text.js';
import { sharedDatabase } from './support/database.js';
import { anyFilter, databaseRow, plainFilter, TYPED_TEXTS } from './support/filter-arbitraries.js';

type Row = DatabaseRow & { readonly id: RecordId };

const LIMITS = { conditions: 100, depth: 10 };
const RUNS: fc.Parameters<unknown> = {
  numRuns: 12,
  endOnFailure: true,
  // The assertion says which filter; a whole table of values says little.
  reporter: ({ failed, errorInstance, seed }) => {
    if (failed) throw new Error(`with seed ${seed}: ${(errorInstance as Error).message}`);
  },
};
const TABLE_SIZE = { minLength: 40, maxLength: 120 };
const FILTERS = { minLength: 20, maxLength: 60 };

describe('filters, beside what SurrealDB itself answers', () => {
  const database = sharedDatabase();
  let connection: Surreal;

  beforeAll(async () => {
    connection = await database.connect();
    await connection.query('DEFINE TABLE sample SCHEMALESS');
  });

  afterAll(async () => {
    await database.stop();
  });

  async function store(contents: readonly DatabaseRow[]): Promise<Row[]> {
    const rows = contents.map((content, i) => ({ ...content, id: new RecordId('sample', i) }));
    const [, , stored] = await connection.query<[unknown, unknown, Row[]]>(
      'DELETE sample; INSERT INTO sample $rows RETURN NONE; SELECT * FROM sample',
      { rows },
    );
    return stored;
  }

  /** The ids that each clause selects. */
  async function select(clauses: readonly Clause[]): Promise<Set<string>[]> {
    const bindings: Record<string, unknown> = {};
    const statements = clauses.map(({ text, bindings: own }, i) => {
      for (const [name, value] of Object.entries(own)) bindings[`q${i}_${name}`] = value;
      return `SELECT VALUE id FROM sample WHERE ${text.replace(/\$(?=v\d|filter_)/g, `$q${i}_`)}`;
    });
    const answers = await connection.query<RecordId[][]>(statements.join(';'), bindings);
    return answers.map((ids) => new Set(ids.map(recordIdText)));
  }

  it('decides as SurrealDB does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(databaseRow, TABLE_SIZE), fc.array(plainFilter, FILTERS), async (contents, filters) => {
        const rows = await store(contents);
        const conditions = filters.map((filter) => parseFilter(filter, LIMITS));
        const answers = await select(conditions.map(translate));
        conditions.forEach((condition, i) => {
          const test = compileCondition(condition);
          const differing = rows.filter((row) => test(row) !== answers[i]?.has(recordIdText(row.id)));
          expect({ filter: filters[i], differing: differing.map(show) }).toEqual({ filter: filters[i], differing: [] });
        });
      }),
      RUNS,
    );
  });

  it('asks SurrealDB for every row that matches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(databaseRow, TABLE_SIZE), fc.array(anyFilter, FILTERS), async (contents, filters) => {
        const rows = await store(contents);
        const conditions = filters.map((filter) => parseFilter(filter, LIMITS));
        const answers = await select(conditions.map((condition) => toSurrealql(condition)));
        conditions.forEach((condition, i) => {
          const test = compileCondition(condition);
          const missed = rows.filter((row) => test(row) && !answers[i]?.has(recordIdText(row.id)));
          expect({ filter: filters[i], missed: missed.map(show) }).toEqual({ filter: filters[i], missed: [] });
        });
      }),
      RUNS,
    );
  });

  it('orders values as SurrealDB does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(databaseRow, TABLE_SIZE), async (contents) => {
        await store(contents);
        const [sorted] = await connection.query<[Row[]]>('SELECT a, id FROM sample ORDER BY a');
        for (const [i, row] of sorted.entries()) {
          const next = sorted[i + 1];
          if (next) expect([show(row), show(next), compareValues(row['a'], next['a']) <= 0]).toContain(true);
        }
      }),
      RUNS,
    );
  });
});

function show(row: Row): string {
  return toSurqlString(row);
}

const SIGNS: Partial<Record<string, string>> = { eq: '=', ne: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** What a filter means, spelt out the long way: each text beside values of the type it stands for is a value of it. */
function translate(condition: Condition): Clause {
  const bindings: Record<string, unknown> = {};
  return { text: spell(condition, (value) => bind(bindings, value)), bindings };
}

type Bind = (value: unknown) => string;

function bind(bindings: Record<string, unknown>, value: unknown): string {
  const name = `v${Object.keys(bindings).length}`;
  bindings[name] = typeof value === 'number' && value > Number.MAX_SAFE_INTEGER ? new Decimal(BigInt(value)) : value;
  return `$${name}`;
}

function spell(condition: Condition, value: Bind): string {
  switch (condition.kind) {
    case 'and':
      return `(${['true', ...condition.of.map((part) => spell(part, value))].join(' AND ')})`;
    case 'or':
      return `(${['false', ...condition.of.map((part) => spell(part, value))].join(' OR ')})`;
    case 'not':
      return `!${spell(condition.of, value)}`;
    case 'asked':
      throw new Error('no filter asks the database');
    case 'compare': {
      const { operator, operand } = condition;
      const field = spellField(condition.path);
      const choices = () => (operand as unknown[]).map((choice) => spellComparison(field, '=', choice, value));
      if (operator === 'in') return `(${['false', ...choices()].join(' OR ')})`;
      if (operator === 'nin') return `!(${['false', ...choices()].join(' OR ')})`;
      if (operator === 'exists') return `(${field} ${operand === true ? '!=' : '='} NONE)`;
      if (operator === 'startsWith') {
        return `(type::is_string(${field}) AND string::starts_with(<string>${field}, ${value(operand)}))`;
      }
      if (operator === 'contains') return spellContains(field, operand, value);
      return spellComparison(field, SIGNS[operator] ?? '', operand, value);
    }
  }
}

function spellField(path: readonly string[]): string {
  const names = path.map((name) => `\`${name.replaceAll('`', '\\`')}\``);
  return path.length === 1 ? names.join() : `(IF type::is_object(${names[0]}) { ${names.join('.')} } ELSE { NONE })`;
}

function spellComparison(field: string, sign: string, operand: unknown, value: Bind): string {
  const asText = `${field} ${sign} ${value(operand)}`;
  const typed = typeof operand === 'string' ? TYPED_TEXTS.get(operand) : undefined;
  if (typed === undefined) return `(${asText})`;
  const test = `${typeTest(typed)}(${field})`;
  return `((${test} AND ${field} ${sign} ${value(typed)}) OR (!${test} AND ${asText}))`;
}

function spellContains(field: string, operand: unknown, value: Bind): string {
  const asText = `${field} CONTAINS ${value(operand)}`;
  const typed = typeof operand === 'string' ? TYPED_TEXTS.get(operand) : undefined;
  if (typed === undefined) return `(${asText})`;
  const elements = `(IF type::is_array(${field}) { ${field} } ELSE { [] })`;
  return `(${asText} OR array::any(${elements}, |$element| ${typeTest(typed)}($element) AND $element = ${value(typed)}))`;
}

function typeTest(value: unknown): string {
  if (value instanceof RecordId) return 'type::is_record';
  if (value instanceof DateTime) return 'type::is_datetime';
  if (value instanceof Duration) return 'type::is_duration';
  if (value instanceof Uuid) return 'type::is_uuid';
  return value instanceof Decimal ? 'type::is_decimal' : 'type::is_bytes';
}
