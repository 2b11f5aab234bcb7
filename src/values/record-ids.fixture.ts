import { DateTime, Decimal, Duration, RecordId, Table, Uuid, type RecordIdValue } from 'surrealdb';

const UUID = '018f6f2e-0000-7000-8000-000000000000';
const uuid = new Uuid(UUID);

/** Keys that are texts: plain ones, such as need escaping, and such as look like something else. */
const TEXTS: readonly string[] = [
  ...['a', 'A1', '_', '__', '_1', '1a', 'select', 'rand', 'uuid', 'true', 'NONE', 'null', 'Infinity', 'NaN'],
  ...['123', '-5', '+5', '007', '1_000', '1.5', '1e5', '0x10', '1h', '1dec', '1..2', '9223372036854775808'],
  ...['a-b', 'a@example.com', 'auth0|5f', 'x:y', 'a b', ' a', 'uuid()', 'u"x"', '[1]', '{}', '', UUID],
  ...['⟨', '⟩', '⟩⟩', '⟨a⟩', '\\', '\\⟩', '\\\\⟩', 'a\\', '\\n', '`', '``', '\\`', 'a`b', '⟩:`', "'", '"'],
  ...['\n', '\r', '\t', '\b', '\f', '\v', '\0', '\x1b', '\x7f', '\u0085', '\u200b', '\u2028'],
  // The same to the eye, and different ids.
  ...['é', 'e\u0301', '名前', '😀'],
];

const KEYS: readonly RecordIdValue[] = [
  ...TEXTS,
  ...[0, 1, -5, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n],
  uuid,
  [],
  [[]],
  ['a', 1, null, true, 1.5],
  ['1', 'u:1', '1h', UUID],
  [new Decimal('1.50'), new Decimal('1e-7'), new Duration('1y2w3d4h5m6s7ms8us9ns'), uuid, new Table('t')],
  [new DateTime('2024-01-01T00:00:00.5Z')],
  [new DateTime([0n, 999_999_999n])],
  [new DateTime([-1n, 999_999_999n])],
  ["'"],
  ['"'],
  ['\'"'],
  ['\\'],
  ['a\nb'],
  ['anb'],
  ['\n\r\t\b\f\0\x1b'],
  ['`', '⟩:', 'é😀'],
  [new RecordId('u', 'a-b'), new RecordId('u', '1'), new RecordId('u', 1), new RecordId('u-v', ['`', '⟩'])],
  [new RecordId('u', [new RecordId('v', [new RecordId('w', '"')])])],
  [new RecordId('u', uuid), new RecordId('u', { a: 1 })],
  {},
  { a: 1, 'b c': 'x', '1': [{}], '': 0, é: 1, 'a`b': 1, 'a"b': '"', 'a\nb': 1 },
  [Infinity, -Infinity, NaN],
];

const TABLES = ['t', 'a-b', '1a', '123', 'select', 'a`b', '⟨', '⟩', '⟩:', '\\', 'a\\', '⟩:\\', 'a b', 'é', '_'];

/** Different ids, of which each of SurrealDB's tools writes a text. */
export const RECORD_IDS: readonly RecordId[] = [
  ...KEYS.map((key) => new RecordId('t', key)),
  ...TABLES.slice(1).flatMap((table) => ['x', 'a-b', '⟩:⟨'].map((key) => new RecordId(table, key))),
  new RecordId('\\', ['⟩:']),
];
