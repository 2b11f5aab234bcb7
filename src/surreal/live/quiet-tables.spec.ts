import { describe, expect, it } from '@jest/globals';
import { QuietTables } from './quiet-tables.js';

describe('QuietTables', () => {
  function watched(): QuietTables {
    const tables = new QuietTables(60);
    tables.watch('t', 100);
    return tables;
  }

  it.each<[string, (tables: QuietTables) => void, number, boolean]>([
    ['that nobody has looked at for so long', () => undefined, 159, false],
    ['to which nothing was written since it was looked at', () => undefined, 160, true],
    ['that is looked at again', (tables) => tables.watch('t', 150), 160, true],
    ['that was written to', (tables) => tables.written('t', 150), 209, false],
    ['that was written to so long ago', (tables) => tables.written('t', 150), 210, true],
    ['beside one that was written to', (tables) => tables.written('other', 150), 160, true],
    ['that could not be looked at', (tables) => tables.unsure(150), 160, false],
    ['that counts no longer', (tables) => tables.retain((table) => table !== 't'), 500, false],
  ])('knows of a table %s', (_, happens, now, isQuiet) => {
    const tables = watched();
    happens(tables);
    expect(tables.isQuiet('t', now)).toBe(isQuiet);
  });

  it('knows nothing of a table that is not looked at', () => {
    const tables = watched();
    tables.written('other', 0);
    expect(tables.isQuiet('other', 1_000)).toBe(false);
  });
});
