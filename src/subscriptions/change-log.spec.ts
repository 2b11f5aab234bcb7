import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Change } from '../surreal/changes/change.js';
import { ChangeLog } from './change-log.js';

function change(table: string, n: number, text = ''): Change {
  const id = new RecordId(table, n);
  const place = { stamp: BigInt(n), index: 0 };
  return new Change({
    table,
    id,
    action: 'CREATE',
    after: { id, text },
    previous: { kind: 'absent' },
    place,
    cursor: `c${n}`,
    time: 0,
  });
}

const BEGINNING = { table: undefined, place: { stamp: 1n, index: 0 }, cursor: 'start' };

function live(table: string): Change {
  const id = new RecordId(table, 1);
  return new Change({ table, id, action: 'DELETE', previous: { kind: 'unknown' }, cursor: 'live', time: 0 });
}

function keysFrom(log: ChangeLog, table: string, position: number): string[] {
  const keys: string[] = [];
  for (let next = log.after(table, position); next; next = log.after(table, next.position)) keys.push(next.change.key);
  return keys;
}

describe('ChangeLog', () => {
  it('tells the changes of a table from a position on, in their order', () => {
    const log = new ChangeLog(1_000_000);
    log.append(change('a', 1));
    log.append(change('b', 2));
    const position = log.head;
    log.append(change('b', 3));
    log.append(change('a', 4));
    expect(keysFrom(log, 'a', 0)).toEqual(['a:1', 'a:4']);
    expect(keysFrom(log, 'a', position)).toEqual(['a:4']);
    expect(keysFrom(log, 'b', log.head)).toEqual([]);
    expect(keysFrom(log, 'none', 0)).toEqual([]);
  });

  it('names the newest durable change, whatever came from live queries behind it', () => {
    const log = new ChangeLog(1_000_000);
    expect(log.cursor).toBeUndefined();
    log.append(change('a', 1));
    log.append(live('b'));
    expect(log.cursor).toBe('c1');
  });

  it('drops the oldest changes beyond its bound, and says that it no longer reaches them', () => {
    const size = change('a', 1, 'x'.repeat(1_000)).bytes;
    const log = new ChangeLog(size * 3);
    for (let n = 0; n < 10; n++) log.append(change(n % 2 ? 'a' : 'b', n, 'x'.repeat(1_000)));
    expect(log.bytes).toBeLessThanOrEqual(size * 3);
    expect([6, 7, log.head].map((position) => log.reaches(position))).toEqual([false, true, true]);
    expect(keysFrom(log, 'a', 0)).toEqual(['a:7', 'a:9']);
    expect(keysFrom(log, 'b', 0)).toEqual(['b:8']);
  });

  it('does not keep a change that is larger than the bound', () => {
    const log = new ChangeLog(1_000);
    log.append(change('a', 1, 'x'.repeat(10_000)));
    expect([log.bytes, log.head, log.reaches(0), log.reaches(1)]).toEqual([0, 1, false, true]);
  });

  it('reaches nothing from before it was cleared', () => {
    const log = new ChangeLog(1_000_000);
    log.append(change('a', 1));
    log.begin(BEGINNING);
    expect([log.behind('c1'), log.reaches(0), log.reaches(log.head)]).toEqual([undefined, false, true]);
    log.append(change('a', 2));
    expect(keysFrom(log, 'a', 0)).toEqual(['a:2']);
  });

  it('names its beginning until there is a change, and tells what came behind it', () => {
    const log = new ChangeLog(1_000_000);
    log.begin(BEGINNING);
    expect([log.cursor, log.coveredFrom]).toEqual(['start', 2n]);
    expect(log.unbroken('a', 's', { position: log.behind('start') ?? 0 })).toBe(true);
    log.append(change('a', 2));
    log.prepend([change('a', 0), change('a', 1)], 0n);
    expect([log.cursor, keysFrom(log, 'a', log.behind('start') ?? 0)]).toEqual(['c2', ['a:2']]);
  });

  it('can’t join what came behind its beginning when there was a break right there', () => {
    const log = new ChangeLog(1_000_000);
    log.begin(BEGINNING);
    log.markBreak('a');
    log.append(change('a', 2));
    const joins = (table: string) => log.unbroken(table, 's', { position: log.behind('start') ?? 0 });
    expect([joins('a'), joins('b')]).toEqual([false, true]);
  });

  it('keeps a break of one stream from the others of its table', () => {
    const log = new ChangeLog(1_000_000);
    log.append(change('a', 1));
    log.markBreakOf('a', 's1');
    log.append(change('a', 2));
    const places = [{ position: log.behind('c1') ?? 0 }, { stamp: 1n }, { position: log.behind('c2') ?? 0 }];
    const joins = (stream: string) => places.map((place) => log.unbroken('a', stream, place));
    expect([joins('s1'), joins('s2')]).toEqual([
      [false, false, true],
      [true, true, true],
    ]);
  });

  it('counts the oldest breaks of streams for their table, beyond a thousand', () => {
    const log = new ChangeLog(1_000_000);
    log.append(change('a', 1));
    log.append(change('b', 2));
    for (let n = 0; n < 1_000; n++) log.markBreakOf('b', `s${n}`);
    const before = { position: 1 };
    const joins = (table: string) => log.unbroken(table, 'other', before);
    expect([joins('a'), joins('b')]).toEqual([true, true]);
    log.markBreakOf('a', 'one more');
    expect([joins('a'), joins('b'), log.unbroken('b', 's999', before)]).toEqual([true, false, false]);
  });
});
