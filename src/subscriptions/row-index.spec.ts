import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Change } from '../surreal/changes/change.js';
import type { DatabaseRow, Path } from '../values/path.js';
import { ChangeLog } from './change-log.js';
import { RowBudget } from './row-budget.js';
import { RowIndex } from './row-index.js';
import type { RowTable } from './row-layer.js';

const FIELDS_PER_CLIENT = 4;
const OWNER: Path = ['owner'];
const PLENTY = 1_000_000;

const idOf = (n: number) => new RecordId('notes', n);

function deletion(n: number): Change {
  const place = { stamp: BigInt(n), index: 0 };
  const previous = { kind: 'unknown' } as const;
  return new Change({ table: 'notes', id: idOf(n), action: 'DELETE', previous, place, cursor: `c${n}`, time: 0 });
}

function created(n: number, row: DatabaseRow): Change {
  const id = idOf(n);
  const previous = { kind: 'absent' } as const;
  return new Change({ table: 'notes', id, action: 'CREATE', after: { id, ...row }, previous, cursor: 'c', time: 0 });
}

/** A table in a database that answers when it is let, as often as it is asked. */
class FakeTable {
  reads = 0;
  rows: DatabaseRow[] = [];
  private answers: Promise<void> = Promise.resolve();
  private answer: () => void = () => undefined;

  stop(): void {
    this.answers = new Promise((resolve) => (this.answer = resolve));
  }

  go(): void {
    this.answer();
  }

  readonly database = {
    hiddenFields: async () => [],
    reached: async () => undefined,
    snapshots: {
      read: async () => {
        this.reads += 1;
        await this.answers;
        return { rows: this.rows, stamps: new Set(), contains: () => true };
      },
    },
  } as unknown as RowTable['database'];
}

describe('RowIndex', () => {
  afterEach(() => void jest.useRealTimers());
  const withoutTime = () => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  let refused: number;

  function indexOf(table: FakeTable, budget = new RowBudget(PLENTY)): RowIndex {
    refused = 0;
    return open(table.database, budget);
  }

  function open(database: RowTable['database'], budget: RowBudget): RowIndex {
    const limits = { budget, fieldsPerClient: FIELDS_PER_CLIENT, refused: { inc: () => refused++ } };
    return new RowIndex({ name: 'notes', database, log: new ChangeLog(PLENTY) }, limits);
  }

  function tableOf(...rows: DatabaseRow[]): FakeTable {
    const table = new FakeTable();
    table.rows = rows.map((row, n) => ({ id: idOf(n + 1), ...row }));
    return table;
  }

  /** What is known of a record when it is deleted, in these fields. */
  function known(index: RowIndex, n: number, ...paths: Path[]): DatabaseRow | undefined {
    const change = deletion(n);
    index.apply(change);
    return change.knowsBefore(paths) ? change.before : undefined;
  }

  it('does not take what a record has become for what it was when it was deleted before', async () => {
    const table = tableOf({ owner: 'alice' });
    const deleted = deletion(1);
    // The reader is behind: what the rows contain already, it tells later.
    let isRead = false;
    const read = () => {
      if (!isRead) index.apply(deleted);
      isRead = true;
    };
    const index = open({ ...table.database, reached: async () => read() }, new RowBudget(PLENTY));
    await index.hold([OWNER], [], 'ann').settled;
    read();
    expect(deleted.beforeKnown).toBe(false);
    expect(known(index, 1, OWNER)).toMatchObject({ owner: 'alice' });
  });

  it('knows what policy and filters name, in the shape that the record had', async () => {
    const index = indexOf(tableOf({ owner: 'alice', address: { city: 'Oslo', zip: 1, street: 'A' }, text: 'x' }));
    await index.hold([OWNER], [['address', 'city'], ['id']], 'ann').settled;
    await index.hold([OWNER], [['address', 'zip']], 'bob').settled;
    const paths: Path[] = [OWNER, ['address', 'city'], ['address', 'zip']];
    expect(known(index, 1, ...paths)).toEqual({ id: idOf(1), owner: 'alice', address: { city: 'Oslo', zip: 1 } });
  });

  it('goes on knowing what it knew while it reads what another client names', async () => {
    const table = tableOf({ owner: 'alice' }, { owner: 'bob' });
    const index = indexOf(table);
    await index.hold([OWNER], [], 'ann').settled;
    table.stop();
    const hold = index.hold([OWNER], [['text']], 'eve');
    expect(known(index, 1, OWNER)).toMatchObject({ owner: 'alice' });
    table.go();
    await hold.settled;
    expect(known(index, 2, OWNER, ['text'])).toMatchObject({ owner: 'bob' });
  });

  it('keeps as many fields as a client may have kept, and takes them from no other', async () => {
    const index = indexOf(tableOf({ owner: 'alice', a: 1, b: 2 }));
    await index.hold([OWNER], [['a']], 'ann').settled;
    const fields = (from: number): Path[] => Array.from({ length: 3 }, (_, n) => [`f${from + n}`]);
    for (const from of [0, 3, 6]) index.hold([OWNER], fields(from), 'eve');
    expect(refused).toBe(2);
    await index.hold([OWNER], [['b']], 'bob').settled;
    expect(known(index, 1, OWNER, ['a'], ['b'])).toMatchObject({ owner: 'alice', a: 1, b: 2 });
  });

  it('keeps no more fields than those of four clients', () => {
    const index = indexOf(tableOf());
    for (let n = 0; n < 5; n += 1) {
      index.hold(
        [],
        Array.from({ length: FIELDS_PER_CLIENT }, (_, field): Path => [`f${n}_${field}`]),
        `client-${n}`,
      );
    }
    expect(refused).toBe(1);
  });

  it('keeps what several hold until the last of them has let go for a while, and reads it once', async () => {
    withoutTime();
    const table = tableOf({ a: 1 }, { a: 2 });
    const budget = new RowBudget(PLENTY);
    const index = indexOf(table, budget);
    const holdAs = (client: string) => index.hold([], [['a']], client);
    const [first, second] = [holdAs('ann'), holdAs('bob')];
    await Promise.all([first.settled, second.settled]);
    const third = second.again();
    for (const hold of [first, first, second]) hold.release();
    jest.advanceTimersByTime(60_000);
    index.hold([], [], 'cid');
    expect(known(index, 1, ['a'])).toMatchObject({ a: 1 });
    third.release();
    holdAs('ann').release();
    expect(table.reads).toBe(1);
    jest.advanceTimersByTime(30_000);
    index.hold([], [], 'cid');
    expect([known(index, 2, ['a']), budget.bytes]).toEqual([undefined, 0]);
  });

  it('reads no table again for who comes and goes, whatever fields it names', async () => {
    const table = tableOf();
    const index = indexOf(table);
    for (let n = 0; n < 100; n += 1) {
      const hold = index.hold([], [[`f${n}`]], 'eve');
      await hold.settled;
      hold.release();
    }
    expect([table.reads, refused]).toEqual([FIELDS_PER_CLIENT, 100 - FIELDS_PER_CLIENT]);
  });

  it('gives up what a client had kept where policy needs the room, and has it again when there is room', async () => {
    withoutTime();
    const budget = new RowBudget(1_000);
    const [notes, others] = [indexOf(tableOf({ owner: 'alice', a: 1 }), budget), indexOf(tableOf(), budget)];
    await notes.hold([OWNER], [['a']], 'ann').settled;
    const hold = others.hold([['owner']], [], 'ann');
    await hold.settled;
    others.apply(created(1, { owner: 'x'.repeat(200) }));
    expect(known(notes, 1, ['a'])).toBeUndefined();
    expect(budget.bytes).toBeLessThanOrEqual(1_000);
    hold.release();
    jest.advanceTimersByTime(30_000);
    others.hold([], [], 'bob');
    notes.apply(created(2, { owner: 'bob', a: 2 }));
    for (let turns = 0; turns < 10; turns += 1) await new Promise(setImmediate);
    notes.apply(created(3, { owner: 'cid', a: 3 }));
    expect(known(notes, 3, OWNER, ['a'])).toMatchObject({ owner: 'cid', a: 3 });
  });

  it('takes nothing from others for what a client names that has no room', async () => {
    const budget = new RowBudget(2_000);
    const [notes, others] = [
      indexOf(tableOf({ a: 1 }), budget),
      indexOf(tableOf(...Array.from({ length: 50 }, (_, text) => ({ text }))), budget),
    ];
    await notes.hold([], [['a']], 'ann').settled;
    await others.hold([], [['text']], 'eve').settled;
    expect(known(notes, 1, ['a'])).toMatchObject({ a: 1 });
  });
});
