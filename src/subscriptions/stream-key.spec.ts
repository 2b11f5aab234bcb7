import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyFilter, databaseRow } from '../../test/support/filter-arbitraries.js';
import { parseRestriction } from '../auth/policy/parse-restriction.js';
import type { Principal } from '../auth/tokens/principal.js';
import { restrictionFor } from '../auth/policy/row-restriction.js';
import { compileCondition } from '../filter/compile-condition.js';
import type { RowRights } from '../filter/row-rights.js';
import { encodeRow } from '../values/encode.js';
import { pickPaths, type DatabaseRow } from '../values/path.js';
import { streamSpec, type StreamSpec } from './stream-spec.js';
import type { TopicRequest } from './topic-request.js';

const LIMITS = { conditions: 1_000, depth: 32 };
const RUNS = { numRuns: 150 };

/** Such as are written alike, or mean the same, in one place or another. */
const CONFUSABLE: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -0,
    1,
    1e21,
    2 ** 53,
    2 ** 53 + 2,
    5e-324,
    'null',
    'true',
    '0',
    '-0',
    '1',
    '1e21',
    '',
    ' ',
    ',',
  ],
  ...[
    'a',
    'b',
    'a,b',
    '"a","b"',
    '["a"]',
    '[]',
    '{}',
    '{"a":1}',
    'é',
    'e\u0301',
    '\u0000',
    '\\',
    '"',
    ')',
    'not(',
    'undefined',
  ],
  ...[
    't:a',
    't:⟨a⟩',
    't:`a`',
    't:⟨a-b⟩',
    't:`a-b`',
    't:1',
    't:⟨1⟩',
    '1dec',
    '1.0',
    '1.5',
    '1s',
    '2024-01-01',
    '2024-01-01T00:00:00Z',
  ],
  ...[
    [],
    [null],
    [1],
    ['1'],
    ['a', 'b'],
    ['a,b'],
    [['a'], 'b'],
    ['b', 'a'],
    {},
    { a: 1 },
    { a: '1' },
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ],
  ...[
    JSON.parse('{"__proto__": 1}') as unknown,
    JSON.parse('{"__proto__": {"a": 1}}') as unknown,
    { constructor: 1 },
    [{}],
    [[]],
  ],
];

const operand = fc.constantFrom(...CONFUSABLE, Infinity, -Infinity);
const path = fc.constantFrom('a', 'b', 'a.a', 'a.b', 'c `', 'id', 'a"', 'a]eq');
const operators: fc.Arbitrary<unknown> = fc.oneof(
  fc
    .tuple(fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'contains'), operand)
    .map(([name, x]) => ({ [name]: x })),
  fc.tuple(fc.constantFrom('in', 'nin'), fc.array(operand, { maxLength: 3 })).map(([name, x]) => ({ [name]: x })),
  fc.boolean().map((exists) => ({ exists })),
  fc.constantFrom('', 'a', ',').map((startsWith) => ({ startsWith })),
);
const comparison = fc.tuple(path, operators).map(([name, x]): Filter => ({ [name]: x }));

type Filter = Readonly<Record<string, unknown>>;

function combined(leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      leaf,
      fc.record({ not: tie('filter') }),
      fc.record({ or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
      fc.tuple(leaf, tie('filter')).map(([one, other]) => ({ ...one, ...other })),
    ),
  })).filter;
}

const filter: fc.Arbitrary<Filter> = fc.oneof(combined(comparison), anyFilter as fc.Arbitrary<Filter>);

const variable = fc.constantFrom(
  '$claims.x',
  '$claims.y',
  '$claims.x:number',
  '$claims.x:string',
  '$claims.x:record',
  '$principal.id',
);
const claim = fc.oneof(
  operand,
  fc.constantFrom(Infinity, -Infinity, 'user:`a-b`', 'user:⟨a-b⟩', '\ud800', '\udbff'),
  fc.array(operand, { maxLength: 3 }),
);
const claimComparison = fc
  .tuple(path, fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'contains', 'in', 'nin'), variable)
  .map(([name, operator, x]): Filter => ({ [name]: { [operator]: x } }));

const fields = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'a.a', 'a.b', 'c `', 'id'), { maxLength: 3 }), {
  nil: undefined,
});
const events = fc.option(
  fc.uniqueArray(fc.constantFrom('CREATE' as const, 'UPDATE' as const, 'DELETE' as const), { minLength: 1 }),
  {
    nil: undefined,
  },
);

/** What a subscription is made of: what the client asks, and what its rights are. */
interface Draft {
  readonly filter: Filter | undefined;
  readonly fields: readonly string[] | undefined;
  readonly events: TopicRequest['events'];
  readonly where: Filter | undefined;
  readonly allowed: readonly string[] | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  filter: fc.option(filter, { nil: undefined }),
  fields,
  events,
  where: fc.option(combined(fc.oneof(claimComparison, comparison)), { nil: undefined }),
  allowed: fc.option(fc.constantFrom(['a', 'b', 'c `'], ['a'], ['a.a', 'b']), { nil: undefined, freq: 4 }),
  claims: fc.record({ x: claim, y: claim }, { requiredKeys: [] }),
});

/** `undefined` for one that is refused. */
function specOf({ filter, fields, events, where, allowed, claims }: Draft): StreamSpec | undefined {
  const principal: Principal = { id: typeof claims['y'] === 'string' ? claims['y'] : 'p', roles: [], claims };
  try {
    const rights: RowRights = {
      ...(where && { where: restrictionFor(parseRestriction(where, 'where'), principal) }),
      ...(allowed && { fields: allowed.map((text) => text.split('.')) }),
    };
    return streamSpec(
      { topic: 't', ...(filter && { filter }), ...(fields && { fields }), ...(events && { events }) },
      rights,
      LIMITS,
    );
  } catch {
    return undefined;
  }
}

/** All that a stream says of a row: whether it is there, what of it, and for which actions. */
function delivered({ condition, fields, actions, restricted }: StreamSpec, rows: readonly DatabaseRow[]): string {
  const test = compileCondition(condition);
  const seen = rows.map((row) => (test(row) ? encodeRow(fields ? pickPaths(row, fields) : row) : null));
  return JSON.stringify([seen, [...actions].sort(), restricted]);
}

const rows = fc.array(
  fc.oneof(
    databaseRow,
    fc.record({ a: operand, b: operand }, { requiredKeys: [] }),
    fc.record({ a: fc.record({ a: operand, b: operand }) }),
  ),
  { minLength: 10, maxLength: 30 },
);

/**
 * Both ways as far as a text can: what tells differently has another key, always; what is written in other words, by the
 * rules that a canonical text promises, has the same one. Two conditions that agree for other reasons may have two.
 */
describe('keys of streams', () => {
  it('that are equal are of streams that tell the same of every row', () => {
    fc.assert(
      fc.property(fc.array(draft, { minLength: 2, maxLength: 40 }), rows, (drafts, some) => {
        const byKey = new Map<string, string>();
        for (const spec of mutants(drafts).flatMap((one) => specOf(one) ?? [])) {
          const says = delivered(spec, some);
          expect([spec.key, byKey.get(spec.key) ?? says]).toEqual([spec.key, says]);
          byKey.set(spec.key, says);
        }
      }),
      RUNS,
    );
  });

  it('are equal for filters that are written otherwise and amount to the same', () => {
    fc.assert(
      fc.property(draft, fc.infiniteStream(fc.nat(3)), (one, choices) => {
        const choose = () => Number(choices.next().value);
        const other: Draft = {
          ...one,
          ...(one.filter && { filter: rewritten(one.filter, choose) }),
          ...(one.where && { where: rewritten(one.where, choose) }),
          ...(one.fields && { fields: [...one.fields, 'id', ...one.fields].reverse() }),
          ...(one.events && { events: [...one.events, ...one.events].reverse() }),
        };
        expect([specOf(other)?.key, other.filter, other.where]).toEqual([specOf(one)?.key, other.filter, other.where]);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The drafts, and each with a part of another: they differ in one thing only. */
function mutants(drafts: readonly Draft[]): readonly Draft[] {
  return drafts.flatMap((one, i) => {
    const other = drafts[(i + 1) % drafts.length] ?? one;
    return [
      one,
      { ...one, claims: other.claims },
      { ...one, where: other.where },
      { ...one, filter: other.filter },
      { ...one, fields: other.fields },
      { ...one, filter: one.where, where: one.filter },
      { ...one, filter: swapped(one.filter) },
      { ...one, where: undefined, filter: { not: one.filter ?? {} } },
    ];
  });
}

/** The filter with each operand that is confusable instead another one. */
function swapped(filter: Filter | undefined): Filter | undefined {
  if (filter === undefined) return undefined;
  const text = JSON.stringify(filter, (_, value: unknown) => {
    const place = CONFUSABLE.findIndex((one) => Object.is(one, value));
    return place === -1 ? value : CONFUSABLE[(place + 1) % CONFUSABLE.length];
  });
  return JSON.parse(text) as Filter;
}

const OPPOSITE: Readonly<Record<string, string>> = {
  eq: 'ne',
  ne: 'eq',
  gt: 'lte',
  lte: 'gt',
  lt: 'gte',
  gte: 'lt',
  in: 'nin',
  nin: 'in',
};

/** The same filter in other words. */
function rewritten(filter: Filter, choose: () => number): Filter {
  const entries = Object.entries(filter).map(([key, value]): [string, unknown] => {
    if (key === 'not') return [key, rewritten(value as Filter, choose)];
    if (key === 'or') return [key, (value as Filter[]).map((one) => rewritten(one, choose)).reverse()];
    return [key, value];
  });
  const reordered = Object.fromEntries(entries.reverse());
  switch (choose()) {
    case 0:
      return { not: { not: reordered } };
    case 1:
      return { or: [reordered, reordered] };
    case 2:
      return opposed(reordered) ?? reordered;
    default:
      return reordered;
  }
}

/** A single comparison as the negation of its opposite. */
function opposed(filter: Filter): Filter | undefined {
  const [[path, value] = ['', undefined], ...others] = Object.entries(filter);
  if (others.length > 0 || path === 'or' || path === 'not') return undefined;
  const isWritten = typeof value === 'object' && value !== null && !Array.isArray(value);
  const operators: readonly [string, unknown][] = Object.entries(isWritten ? value : { eq: value });
  const [[operator, operand] = ['', undefined], ...more] = operators;
  const opposite = OPPOSITE[operator];
  return opposite === undefined || more.length > 0 ? undefined : { not: { [path]: { [opposite]: operand } } };
}
