import { describe, expect, it } from '@jest/globals';
import type { Questions } from '../../surreal/connection/questions.js';
import { UnheardTables } from './unheard-tables.js';

/** Tables that are watched, what one of them holds, and what was told to have changed. */
function watched() {
  const hall = { holds: 'a', reads: 0 };
  const ask = () => {
    hall.reads += 1;
    return Promise.resolve([undefined, [1, hall.holds]]);
  };
  const changed: string[] = [];
  const tables = new UnheardTables({ ask } as unknown as Questions, (table) => changed.push(table));
  return { hall, tables, changed };
}

const HALL: ReadonlySet<string> = new Set(['hall']);
const NOTHING: ReadonlySet<string> = new Set();

describe('a table without a changefeed', () => {
  it('is found to hold something else than before', async () => {
    const { hall, tables, changed } = watched();
    await tables.watch(HALL);
    await tables.look(HALL);
    expect(changed).toEqual([]);
    hall.holds = 'b';
    await tables.look(HALL);
    await tables.look(HALL);
    expect(changed).toEqual(['hall']);
  });

  it('is known as it was when it was watched, not as it was at the last look', async () => {
    const { hall, tables, changed } = watched();
    await tables.watch(HALL);
    await tables.look(HALL);
    hall.holds = 'b';
    await tables.watch(HALL);
    expect(changed).toEqual(['hall']);
    hall.holds = 'a';
    await tables.look(HALL);
    expect(changed).toEqual(['hall', 'hall']);
  });

  it('is still known where whoever had it watched needs it only behind a look', async () => {
    const { hall, tables, changed } = watched();
    await tables.watch(HALL);
    await tables.look(NOTHING);
    hall.holds = 'b';
    await tables.look(HALL);
    expect(changed).toEqual(['hall']);
  });

  it('may have changed where it was not watched', async () => {
    const { tables, changed } = watched();
    await tables.watch(HALL);
    for (let n = 0; n < 3; n += 1) await tables.look(NOTHING);
    await tables.look(HALL);
    await tables.look(HALL);
    expect(changed).toEqual(['hall']);
  });

  it('is read once for all who have it watched meanwhile', async () => {
    const { hall, tables } = watched();
    await Promise.all(Array.from({ length: 20 }, () => tables.watch(HALL)));
    expect(hall.reads).toBe(2);
  });
});
