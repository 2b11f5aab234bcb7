import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { canonicalIdText, notationsOf } from './record-id-notations.js';
import { recordIdText } from './record-id-text.js';

describe('canonicalIdText', () => {
  it.each([
    ['user:`a-b`', 'user:⟨a-b⟩'],
    ['user:`123`', 'user:⟨123⟩'],
    ['user:`a\\`b\\\\`', 'user:⟨a`b\\⟩'],
    ['`a-b`:c', '⟨a-b⟩:c'],
    ["user:['a', 1]", 'user:[ s"a", 1 ]'],
    ["user:{ a: 'x', b: 1 }", 'user:{ "a": s"x", "b": 1 }'],
    ["user:u'018f6f2e-0000-7000-8000-000000000000'", 'user:u"018f6f2e-0000-7000-8000-000000000000"'],
    ['`select`:1', 'select:1'],
  ])('knows %s as %s', (text, known) => {
    expect(canonicalIdText(text)).toBe(known);
    expect(canonicalIdText(known)).toBe(known);
  });

  it.each([
    ['user-1'],
    ['auth0|5f'],
    ['org:007'],
    ['org:7'],
    ['12:30'],
    ['t:_'],
    ['a@example.com'],
    ['urn:a:b'],
    ['`a-b`'],
    ['user:`a'],
    ['user:`abc`'],
    ['user:⟨abc⟩'],
    ["user:['a',1]"],
    ['user:`a` '],
    ["it's"],
    ['{"a":1}'],
    [''],
    ['`'.repeat(10_000)],
  ])('leaves %s as it is', (text) => {
    expect(canonicalIdText(text)).toBe(text);
  });
});

describe('notationsOf', () => {
  it('has the text that is given, the SDK’s and SurrealDB’s', () => {
    expect(notationsOf("user:['a',1]")).toEqual(["user:['a',1]", 'user:[ s"a", 1 ]', "user:['a', 1]"]);
    expect(notationsOf('user:⟨a-b⟩')).toEqual(['user:⟨a-b⟩', 'user:`a-b`']);
  });

  it.each([['user:1'], ['text'], [1], [true], [null]])('has %p alone', (value) => {
    expect(notationsOf(value)).toEqual([value]);
  });

  it('reads each notation as the same id', () => {
    const id = new RecordId('a`b', [{ 'x y': 1 }, new RecordId('t', '\'"')]);
    const texts = notationsOf(recordIdText(id)) as string[];
    expect(texts.map(canonicalIdText)).toEqual(texts.map(() => recordIdText(id)));
  });
});
