import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { parsePath, pathText, pickPaths, readPath } from './path.js';

const id = new RecordId('person', 1);
const row = {
  id,
  name: 'Ada',
  none: undefined,
  address: { city: 'Rome', geo: { lat: 1, lon: 2 } },
  tags: [{ a: 1 }],
  friend: id,
};

describe('parsePath', () => {
  it.each([
    ['name', ['name']],
    ['address.city', ['address', 'city']],
    ['first name', ['first name']],
    ['constructor', ['constructor']],
    ['a*b.(c)', ['a*b', '(c)']],
  ])('reads %j', (text, path) => {
    expect(parsePath(text)).toEqual(path);
    expect(pathText(path)).toBe(text);
  });

  it.each([
    [''],
    ['.'],
    ['a.'],
    ['.a'],
    ['a..b'],
    ['__proto__'],
    ['a.__proto__.b'],
    ['*'],
    ['tags.*'],
    ['tags[0]'],
    ['tags[*].name'],
    ['a.b.c.d.e.f.g.h.i'],
    ['a'.repeat(257)],
  ])('refuses %j', (text) => {
    expect(parsePath(text)).toBeUndefined();
  });
});

describe('readPath', () => {
  it.each<[string, unknown]>([
    ['name', 'Ada'],
    ['address.city', 'Rome'],
    ['address.geo.lon', 2],
    ['missing', undefined],
    ['missing.more', undefined],
    ['name.length', undefined],
    ['tags.length', undefined],
    ['tags.a', undefined],
    ['friend.id', undefined],
    ['constructor.name', undefined],
    ['address.toString', undefined],
  ])('finds at %s: %j', (path, value) => {
    expect(readPath(row, path.split('.'))).toEqual(value);
  });
});

describe('pickPaths', () => {
  it.each<[string[], Record<string, unknown>]>([
    [[], {}],
    [['name'], { name: 'Ada' }],
    [['address.city'], { address: { city: 'Rome' } }],
    [['address.city', 'address.geo.lat'], { address: { city: 'Rome', geo: { lat: 1 } } }],
    [['address.city', 'address'], { address: row.address }],
    [['none', 'missing', 'missing.more', 'name.first'], {}],
    [['id'], {}],
  ])('keeps the shape of %j', (paths, picked) => {
    expect(
      pickPaths(
        row,
        paths.map((path) => path.split('.')),
      ),
    ).toEqual({ id, ...picked });
  });

  it('leaves the row as it was', () => {
    const before = structuredClone(row.address);
    pickPaths(row, [['address'], ['address', 'city'], ['address', 'geo', 'lat']]);
    expect(row.address).toEqual(before);
  });
});
