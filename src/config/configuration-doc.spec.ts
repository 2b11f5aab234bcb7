import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Config } from './config.js';
import { settingsOf } from './setting.js';

const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

/** The cells of each table row that begins with a variable. */
const rows = text
  .split('\n')
  .filter((line) => /^\| `[A-Z_]+` /.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter(({ length }) => length === 3);

const defaults = new Config();
const expected = settingsOf(Config).map(({ variable, property, description }) => {
  const value: unknown = Reflect.get(defaults, property);
  return [`\`${variable}\``, value === '' ? 'empty' : `\`${String(value)}\``, description];
});

describe('docs/configuration.md', () => {
  it.each(expected)('tells default and meaning of %s', (variable, ...cells) => {
    expect(rows.find(([name]) => name === variable)).toEqual([variable, ...cells]);
  });

  it('names every variable once, and none that the service does not read', () => {
    expect(rows.map(([name]) => name).sort()).toEqual(expected.map(([name]) => name).sort());
  });
});
