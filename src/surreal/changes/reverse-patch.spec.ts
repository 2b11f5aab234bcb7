import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import type { DatabaseRow } from '../../values/path.js';
import { applyReversePatch, type PatchOperation } from './reverse-patch.js';

/** What SurrealDB 3.3.5 wrote into its changefeed for an update, and the embedded 3.0.3 where that differs. */
interface Captured {
  readonly name: string;
  readonly before: DatabaseRow;
  readonly current: DatabaseRow;
  readonly server: readonly PatchOperation[];
  readonly embedded?: readonly PatchOperation[];
}

const captured = JSON.parse(
  readFileSync(new URL('reverse-patch.fixture.json', import.meta.url), 'utf8'),
) as readonly Captured[];

describe('applyReversePatch', () => {
  describe.each(['server', 'embedded'] as const)('with a patch of the %s', (engine) => {
    it.each(captured)('takes back $name', ({ before, current, server, [engine]: operations = server }) => {
      expect(applyReversePatch(current, operations)).toEqual(before);
    });
  });

  it('leaves the current record as it is, and shares what is untouched', () => {
    const current = { same: { deep: [1] }, other: { list: [1, 2] } };
    const before = applyReversePatch(current, [{ op: 'remove', path: '/other/list/1' }]);
    expect(before).toEqual({ same: { deep: [1] }, other: { list: [1] } });
    expect(before?.['same']).toBe(current.same);
    expect(current.other.list).toEqual([1, 2]);
  });

  it('puts values of the SDK in as they are', () => {
    const author = new RecordId('person', 1);
    expect(applyReversePatch({ author: 1 }, [{ op: 'replace', path: '/author', value: author }])).toEqual({ author });
  });

  it.each<[string, DatabaseRow, PatchOperation]>([
    ['a field that is not there', {}, { op: 'remove', path: '/a' }],
    ['a field that every object inherits', {}, { op: 'remove', path: '/toString' }],
    ['a field below nothing', { a: 1 }, { op: 'replace', path: '/a/b', value: 1 }],
    ['an element behind the end', { a: [1] }, { op: 'replace', path: '/a/1', value: 1 }],
    ['an element without a number', { a: [1] }, { op: 'remove', path: '/a/' }],
    ['text that is no text', { a: 1 }, { op: 'change', path: '/a', value: '@@ -1 +1 @@\n-a\n+b\n' }],
    ['text that is another', { a: 'x' }, { op: 'change', path: '/a', value: '@@ -1 +1 @@\n-a\n+b\n' }],
    ['the inside of a record id', { a: new RecordId('t', 1) }, { op: 'replace', path: '/a/id', value: 2 }],
    ['one of two possible places', { a: { b: 1 }, 'a/b': 1 }, { op: 'replace', path: '/a/b', value: 2 }],
    ['an unknown operation', { a: 1 }, { op: 'move' as 'add', path: '/a' }],
  ])('finds that a patch of %s does not fit', (_, current, operation) => {
    expect(applyReversePatch(current, [operation])).toBeUndefined();
  });

  it('knows nothing of a record that data under a key __proto__ has disguised', () => {
    const disguised = Object.create({ constructor: 1 }) as DatabaseRow;
    expect(applyReversePatch(disguised, [])).toBeUndefined();
    expect(applyReversePatch({}, [{ op: 'add', path: '/__proto__', value: { admin: true } }])).toBeUndefined();
  });
});
