import { describe, expect, it } from '@jest/globals';
import { Account } from '../chaos/account.js';
import { kindsOf } from '../chaos/fault.js';
import { historyOf } from '../chaos/history.js';
import { judge } from '../chaos/judge.js';
import { newRow, type Row } from '../chaos/row.js';
import { Random } from '../chaos/random.js';
import { schedule } from '../chaos/schedule.js';
import type { View } from '../chaos/view.js';
import type { FeedChange } from './support/feed.js';

/** A database and gateways of one process. */
const ALONE = { redis: false, workers: false };
const VIEW: View = { topic: 'item', kind: 'events', filter: { group: 1 }, matches: ({ group }) => group === 1 };
const row = newRow(new Random(1), 0, 0);
const changes = [
  change(1, 'CREATE', { ...row, group: 1 }),
  change(2, 'UPDATE', { ...row, group: 1, n: 11 }),
  change(3, 'UPDATE', { ...row, group: 2 }),
  change(4, 'UPDATE', { ...row, group: 1 }),
  change(5, 'DELETE'),
];
const events = [
  event(1, 'CREATE', { ...row, group: 1 }),
  event(2, 'UPDATE', { ...row, group: 1, n: 11 }),
  event(3, 'UPDATE', {}, 'leave'),
  event(4, 'UPDATE', { ...row, group: 1 }, 'enter'),
  event(5, 'DELETE', {}),
] as const;

describe('the account of a chaos run', () => {
  const [created, updated, left, entered, deleted] = events;
  const hidden = event(9, 'CREATE', { ...row, group: 3 });

  it.each([
    ['what was committed', [created, updated, left, entered, deleted], []],
    ['a change that is missing', [created, left, entered, deleted], ['lost']],
    ['a change that is missing at the end', [created, updated, left, entered], ['lost']],
    ['a change that came twice', [created, updated, updated, left, entered, deleted], ['duplicated']],
    ['two changes that changed places', [updated, created, left, entered, deleted], ['order']],
    ['a record that is another’s to see', [created, updated, left, entered, deleted, hidden], ['unexpected']],
  ])('judges %s', (_, delivered, kinds) => {
    expect(judged(VIEW, delivered)).toEqual(kinds);
  });

  it('calls it a leak where rights hide the record', () => {
    expect(judged({ ...VIEW, restricted: true }, [...events, hidden])).toEqual(['leak']);
  });

  it('lets go of what came before a resync, and of nothing behind it', () => {
    const account = new Account('account', VIEW, 'client');
    account.event(created);
    account.resync({ target: { topic: 'item' }, reason: 'late' });
    expect(judge(account, historyOf(VIEW, changes, true))).toEqual([]);
    const later = change(Date.now() + 60_000, 'CREATE', { ...row, group: 1 });
    const found = judge(account, historyOf(VIEW, [...changes, later], true));
    expect(found.map(({ kind }) => kind)).toEqual(['lost']);
  });
});

describe('the account of rows that were read in the middle', () => {
  const view: View = { ...VIEW, kind: 'snapshot' };
  const [, updated, left] = events;

  it.each([
    ['a replay of what the rows contain', ['rows', updated, left], []],
    ['such a replay behind a resync that fell in it', ['rows', 'resync', updated, 'rows', left], []],
    ['one that was delivered before', ['rows', updated, 'resync', updated, 'rows', left], ['duplicated']],
    [
      'a change that never was, behind a resync',
      ['rows', 'resync', event(8, 'UPDATE', row), 'rows', left],
      ['unexpected'],
    ],
  ])('judges %s', (_, delivered, kinds) => {
    const account = new Account('account', view, 'client');
    for (const one of delivered) {
      if (one === 'resync') account.resync({ target: { topic: 'item' }, reason: 'late' });
      else if (one === 'rows') account.snapshot([{ ...row, group: 1, n: 11, id: 'item:a' }]);
      else account.event(one as ReturnType<typeof event>);
    }
    expect(judge(account, historyOf(view, changes.slice(0, 3), true)).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('the schedule of a chaos run', () => {
  it('is the same for the same seed, and has every usual kind of fault in a short run', () => {
    expect(schedule(new Random(3), 1)).toEqual(schedule(new Random(3), 1));
    expect(schedule(new Random(3), 1)).not.toEqual(schedule(new Random(4), 1));
    expect(new Set(schedule(new Random(7), 0.4).map(({ kind }) => kind))).toEqual(new Set(kindsOf([], ALONE)));
  });

  it('has only the kinds that were asked for', () => {
    const kinds = schedule(new Random(3), 1, kindsOf(['database frozen', 'sockets cut'], ALONE)).map(
      ({ kind }) => kind,
    );
    expect(new Set(kinds)).toEqual(new Set(['database frozen briefly', 'database frozen for long', 'sockets cut']));
    expect(kindsOf(['database threads'], ALONE)).toEqual(['database threads held']);
    const ofWorkers = kindsOf([], { redis: false, workers: true });
    expect(ofWorkers).toContain('worker killed');
    // Of two gateways without Redis, one that takes the other's place has none of its messages.
    expect(ofWorkers).not.toContain('gateway redeployed');
    expect(kindsOf([], { redis: true, workers: true })).toContain('gateway redeployed');
    expect(() => kindsOf(['database froze', 'flood'], ALONE)).toThrow(
      '--fault flood: no kind begins so. There are: gateway killed',
    );
  });
});

function judged(view: View, delivered: readonly ReturnType<typeof event>[]): string[] {
  const account = new Account('account', view, 'client');
  for (const one of delivered) account.event(one);
  return judge(account, historyOf(view, changes, true)).map(({ kind }) => kind);
}

/** @param time in ms, of which the versionstamp is made */
function change(time: number, action: FeedChange['action'], after?: Row): FeedChange {
  const versionstamp = BigInt(time) << 16n;
  return { versionstamp, table: 'item', id: 'item:a', action, ...(after && { after: { ...after } }) };
}

function event(place: number, action: FeedChange['action'], data: Partial<Row>, transition?: 'enter' | 'leave') {
  const common = { topic: 'item', stream: 's', cursor: `c-${place}`, time: new Date(place).toISOString() };
  const id = place === 9 ? 'item:other' : 'item:a';
  return { ...common, action, data: { ...data, id }, ...(transition && { transition }) } as Parameters<
    Account['event']
  >[0];
}
