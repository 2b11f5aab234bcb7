import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Config, themes } from './config.js';
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
const expected = themes
  .flatMap((theme) => settingsOf(theme))
  .map(({ variable, property, description }) => {
    const value: unknown = Reflect.get(defaults, property);
    return [`\`${variable}\``, value === '' ? 'empty' : `\`${String(value)}\``, description];
  });

describe('docs/configuration.md', () => {
  it.each(expected)('tells default and meaning of %s', (variable, ...cells) => {
    expect(rows.find(([name]) => name === variable)).toEqual([variable, ...cells]);
  });

  it('derives the ceiling of memory from every limit of bytes that holds for all clients together', () => {
    const [, ceiling = ''] = /^\*\*The ceiling\.\*\*(.*?)^### /ms.exec(text) ?? [];
    const all = expected.flatMap(([variable = '']) => /^`(LIMIT_\w+)`$/.exec(variable)?.[1] ?? []);
    const ofAll = all.filter((name) => name.endsWith('_TOTAL_BYTES') || name.endsWith('_BYTES_TOTAL'));
    const others = [
      'LIMIT_LOG_BYTES',
      'LIMIT_HISTORY_BYTES',
      'LIMIT_ROW_INDEX_BYTES',
      'LIMIT_TOKEN_BYTES',
      'LIMIT_BROKER_BYTES',
      'LIMIT_PRESENCE_GRACE_BYTES',
      'LIMIT_RIGHTS_WAITING_BYTES',
    ];
    const ofOne =
      /_BYTES_PER_|_BYTES_(BURST)$|^LIMIT_(FRAME|OUTBOX|CONNECTION|UNAUTHENTICATED|FILTER|SNAPSHOT|PRESENCE_STATE|WORKER)_BYTES$/;
    expect(all.filter((name) => name.includes('_BYTES') && !ofOne.test(name)).sort()).toEqual(
      [...ofAll, ...others].sort(),
    );
    for (const name of [...ofAll, ...others]) expect(ceiling).toContain(`\`${name}\``);
  });

  it('has a property of its own for each variable', () => {
    const properties = themes.flatMap((theme) => settingsOf(theme)).map(({ property }) => property);
    expect(Object.keys(defaults).sort()).toEqual(properties.sort());
  });

  it('names every variable once, and none that the service does not read', () => {
    expect(rows.map(([name]) => name).sort()).toEqual(expected.map(([name]) => name).sort());
  });
});
