import fc from 'fast-check';
import { DateTime, Decimal, Duration, RecordId, Uuid, type RecordIdValue } from 'surrealdb';

const UUID = '018f6f2e-0000-7000-8000-000000000000';

function recordIds(table: string, tableText: string): [string, RecordId][] {
  const keys: [string, RecordIdValue][] = [
    ['1', 1],
    ['⟨1⟩', '1'],
    ['-7', -7],
    ['a', 'a'],
    ['⟨a-b⟩', 'a-b'],
    ['⟨\\⟩⟩', '⟩'],
    [`u"${UUID}"`, new Uuid(UUID)],
    ['[ s"a", 1 ]', ['a', 1]],
    ['{ "x": 1 }', { x: 1 }],
  ];
  return keys.map(([text, key]) => [`${tableText}:${text}`, new RecordId(table, key)]);
}

/** Texts as they are sent to clients, with what they stand for. */
export const TYPED_TEXTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...recordIds('person', 'person'),
  ...recordIds('a-b', '⟨a-b⟩'),
  ['2024-01-01T00:00:00.000Z', new DateTime([1_704_067_200n, 0n])],
  ['2024-01-01T00:00:00.000000001Z', new DateTime([1_704_067_200n, 1n])],
  ['1969-12-31T23:59:59.999999999Z', new DateTime([-1n, 999_999_999n])],
  [UUID, new Uuid(UUID)],
  ['018f6f2e-0000-7000-8000-00000000000a', new Uuid('018f6f2e-0000-7000-8000-00000000000a')],
  ['1s', new Duration([1n, 0n])],
  ['1h30m', new Duration([5400n, 0n])],
  ['1s500ms', new Duration([1n, 500_000_000n])],
  ...['0.1', '1.1', '1.5', '-3', '2'].map((decimal): [string, unknown] => [decimal, new Decimal(decimal)]),
  ['AQID', new Uint8Array([1, 2, 3])],
]);

/** Texts that stand for nothing else. */
const word = fc.constantFrom('', 'a', 'ab', 'b', 'abc', '\uffee', '😀', '😀a', 'é', '\u{10ffff}');
const typedText = fc.constantFrom(...TYPED_TEXTS.keys());
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.1, 1.1, 1.5, -0.5, 0.30000000000000004));
const largeInteger = fc.constantFrom(9_007_199_254_740_993n, 2n ** 62n, 2n ** 63n - 1n);

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.oneof(word, number, fc.boolean(), fc.constant(null)), weight: 2 },
  { arbitrary: typedText, weight: 1 },
  { arbitrary: fc.constantFrom(...TYPED_TEXTS.values()), weight: 3 },
  { arbitrary: largeInteger, weight: 1 },
);

/** What a record may hold in one field: most types that JSON has, and most of the SDK's. */
const databaseValue: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: scalar, weight: 6 },
  { arbitrary: fc.array(scalar, { maxLength: 3 }), weight: 2 },
  { arbitrary: fc.dictionary(fc.constantFrom('a', 'b', '😀'), scalar, { maxKeys: 2 }), weight: 2 },
  { arbitrary: fc.uniqueArray(number, { maxLength: 3 }).map((items) => new Set(items)), weight: 1 },
);

/** A record without its id; fields may be missing. The last name needs escaping. */
export const databaseRow = fc.record(
  { a: databaseValue, b: databaseValue, 'c `': databaseValue },
  { requiredKeys: [] },
);

const smallScalar = fc.oneof(word, number, fc.boolean(), fc.constant(null));
const plainScalar = fc.oneof(smallScalar, fc.constantFrom(1e18, 1e25, 2 ** 53));
const anyScalar = fc.oneof(plainScalar, typedText, largeInteger.map(String));

/** A filter as a client sends it. `nested`: what arrays and objects in it hold. */
function filterOf(nested: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const operand = fc.oneof(
    { arbitrary: fc.oneof(plainScalar, typedText), weight: 6 },
    { arbitrary: fc.array(nested, { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.dictionary(fc.constantFrom('a', 'b', '😀'), nested, { maxKeys: 2 }), weight: 1 },
  );
  const single = fc.tuple(fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'contains'), operand);
  const several = fc.tuple(fc.constantFrom('in', 'nin'), fc.array(operand, { maxLength: 3 }));
  const operators: fc.Arbitrary<unknown> = fc.oneof(
    { arbitrary: fc.oneof(single, several).map(([operator, value]) => ({ [operator]: value })), weight: 6 },
    { arbitrary: fc.record({ gte: operand, lt: operand }), weight: 2 },
    { arbitrary: word.map((startsWith) => ({ startsWith })), weight: 1 },
    { arbitrary: fc.boolean().map((exists) => ({ exists })), weight: 1 },
    { arbitrary: fc.oneof(plainScalar, typedText), weight: 3 },
  );
  const field = fc.constantFrom('a', 'b', 'c `', 'a.a', 'b.😀');
  return fc.letrec<{ filter: Record<string, unknown> }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      fc.dictionary(field, operators, { minKeys: 1, maxKeys: 3 }),
      fc.record({ not: tie('filter') }),
      fc.record({ or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
      fc.tuple(tie('filter'), tie('filter')).map(([one, other]) => ({ ...one, or: [other, one] })),
    ),
  })).filter;
}

/** Filters whose typed texts are operands themselves or choices of `in`. */
export const plainFilter = filterOf(smallScalar);

/** Filters with typed texts anywhere, also such as read as several types. */
export const anyFilter = filterOf(anyScalar);
