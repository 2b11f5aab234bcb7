import { describe, expect, it } from '@jest/globals';
import { DateTime, Decimal, RecordId, Uuid, type RecordIdValue } from 'surrealdb';
import { equalValues } from './compare.js';
import { parseRecordId } from './parse-record-id.js';
import { recordIdText } from './record-id-text.js';

const UUID = '018f6f2e-0000-7000-8000-000000000000';

const TABLE: [string, RecordIdValue, string][] = [
  ['t', 'msg1', 't:msg1'],
  ['t', 1, 't:1'],
  ['t', -5, 't:-5'],
  ['t', '1', 't:⟨1⟩'],
  ['t', '-5', 't:⟨-5⟩'],
  ['t', '1_000', 't:⟨1_000⟩'],
  ['t', 'a-b', 't:⟨a-b⟩'],
  ['t', '', 't:⟨⟩'],
  ['t', 'é😀', 't:⟨é😀⟩'],
  ['t', '⟩', 't:⟨\\⟩⟩'],
  ['t', '\\', 't:⟨\\⟩'],
  ['t', '\\⟩', 't:⟨\\\\⟩⟩'],
  ['t', 'x⟩:y', 't:⟨x\\⟩:y⟩'],
  ['a-b', 'c', '⟨a-b⟩:c'],
  ['a⟩:b', 'c', '⟨a\\⟩:b⟩:c'],
  ['\\', 'c', '⟨\\⟩:c'],
  ['t', 9_007_199_254_740_993n, 't:9007199254740993'],
  ['t', '9007199254740993', 't:⟨9007199254740993⟩'],
  ['t', new Uuid(UUID), `t:u"${UUID}"`],
  ['t', UUID, `t:⟨${UUID}⟩`],
  ['t', [], 't:[  ]'],
  ['t', ['a', 1, null, true], 't:[ s"a", 1, NULL, true ]'],
  ['t', ['1'], 't:[ s"1" ]'],
  ['t', [1], 't:[ 1 ]'],
  ['t', [new Decimal('1')], 't:[ 1dec ]'],
  ['t', [['"\\']], 't:[ [ s"\\"\\\\" ] ]'],
  ['t', [new RecordId('u', 'x')], 't:[ r"u:x" ]'],
  ['t', { x: 1, 'y z': ['a'] }, 't:{ "x": 1, "y z": [ s"a" ] }'],
];

/** The SDK writes bytes all alike, sets as arrays, some datetimes alike, and two ids as one text where a backslash ends the table. */
const NOT_AS_THE_SDK: [string, RecordIdValue, string][] = [
  ['t', [new Uint8Array([1, 255]).buffer], 't:[ b"01FF" ]'],
  ['t', { x: new Uint8Array() }, 't:{ "x": b"" }'],
  ['t', [new Set([1])], 't:[ { 1, } ]'],
  ['t', [new Set(['a', 'b'])], 't:[ { s"a", s"b", } ]'],
  ['t', [new Set()], 't:[ { , } ]'],
  ['t', [new DateTime([-1n, 999_999_999n])], 't:[ d"1969-12-31T23:59:59.999999999Z" ]'],
  ['t', [new DateTime([0n, 999_999_999n])], 't:[ d"1970-01-01T00:00:00.999999999Z" ]'],
  ['t', { b: 1, a: 2 }, 't:{ "a": 2, "b": 1 }'],
  ['⟩:\\', 'c', '`⟩:\\\\`:c'],
  ['\\', ['⟩:'], '`\\\\`:[ s"⟩:" ]'],
  ['a\\', '⟩:⟨c', '`a\\\\`:⟨\\⟩:⟨c⟩'],
  ['a⟩:⟨\\', 'c', '`a⟩:⟨\\\\`:c'],
];

describe('recordIdText', () => {
  it.each(TABLE)('writes %s with the key %j as %s, as the SDK does', (table, key, text) => {
    const record = new RecordId(table, key);
    expect(recordIdText(record)).toBe(text);
    expect(record.toString()).toBe(text);
  });

  it.each(NOT_AS_THE_SDK)('writes %s with the key %j as %s', (table, key, text) => {
    expect(recordIdText(new RecordId(table, key))).toBe(text);
  });

  it('writes different ids differently', () => {
    const others: RecordIdValue[] = [[new Uint8Array([2])], [[1]], [{}]];
    const records = [...TABLE, ...NOT_AS_THE_SDK].map(([table, key]) => new RecordId(table, key));
    records.push(...others.map((key) => new RecordId('t', key)));
    expect(new Set(records.map(recordIdText)).size).toBe(records.length);
  });
});

describe('parseRecordId', () => {
  it.each([...TABLE, ...NOT_AS_THE_SDK])('reads %s with the key %j back from %s', (table, key, text) => {
    const parsed = parseRecordId(text);
    expect(parsed?.table.name).toBe(table);
    expect(equalValues(parsed?.id, key)).toBe(true);
  });

  it.each([
    ["t:['a', 1,]"],
    ["t:{ a: 'x', b: [1.5, NONE] }"],
    [`t:u'${UUID}'`],
    ['t:[{1, 2}, {,}, { a: 1 }]'],
    ['t:[d"2024-01-01T00:00:00Z", 1h, 2dec]'],
  ])('reads %s as SurrealDB writes it', (text) => {
    expect(parseRecordId(text)).toBeInstanceOf(RecordId);
  });

  it.each([
    ['person'],
    ['person:'],
    [':1'],
    ['a b:1'],
    ['t:a-b'],
    ['t:a b'],
    ['t:[1'],
    ['t:{ 1, }'],
    ['t:[ b"0" ]'],
    ['12:30'],
    ['t:⟨a⟩b⟩'],
    ['t:⟨a'],
    ['t:`a'],
    ['t:`a`b`'],
    ['t:`\\x`'],
    ['t:`\\u{110000}`'],
    ['`t:a'],
    ['t:`a` '],
    ['t:a..b'],
    ['t:1..2'],
    ['t:[1]..[2]'],
    ["t:['\\x']"],
    ['t:[ { 1: } ]'],
    ['t:[1] x'],
    ['t:s"a"'],
    ['t:u"1"'],
    ['t:[9999999999999999999]'],
    ['http://x.y'],
    ['12:30'.repeat(2)],
    ['t:' + '['.repeat(50) + ']'.repeat(50)],
  ])('takes %s for a text', (text) => {
    expect(parseRecordId(text)).toBeUndefined();
  });

  it.each([
    ['brackets', '⟨⟩:', ''],
    ['ids in ids', "⟨⟩:[r'⟨", ''],
    ['quotes', `t:[${"r'"}`, 'x'],
    ['backticks', '`', ':`'],
    ['escapes', '⟨\\⟩:', ''],
    ['open lists', 't:[[[[[[[', '{"'],
  ])('takes no more than twice as long for twice the text of %s', (_, begin, end) => {
    const shorter = quickest(begin.repeat(4_096).slice(0, 2_000) + end);
    const longer = quickest(begin.repeat(4_096).slice(0, 4_000) + end);
    // Quadratic would be four times as long, and this much is what the clock makes of microseconds.
    expect(longer).toBeLessThan(3 * shorter + 0.05);
  });

  it('takes a text of more than 4,096 characters for a text', () => {
    expect(parseRecordId(`t:${'a'.repeat(4_094)}`)).toBeInstanceOf(RecordId);
    expect(parseRecordId(`t:${'a'.repeat(4_095)}`)).toBeUndefined();
  });
});

/** Milliseconds of the quickest of many readings. */
function quickest(text: string): number {
  const times = Array.from({ length: 50 }, () => {
    const begin = performance.now();
    parseRecordId(text);
    return performance.now() - begin;
  });
  return Math.min(...times);
}
