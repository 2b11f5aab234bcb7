import { describe, expect, it } from '@jest/globals';
import type { Member, MemberName } from './member.js';
import { Roster } from './roster.js';

type Step =
  | readonly ['enter', MemberName, state: string]
  | readonly ['leave', MemberName]
  /** Observers are handed what is new. */
  | readonly ['take'];

const ann: MemberName = { id: 'ann', key: '1' };
const annToo: MemberName = { id: 'ann', key: '2' };
const bob: MemberName = { id: 'bob', key: '1' };

const CASES: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
  ['nothing', [], []],
  ['a join', [['enter', ann, 'a']], ['join ann/1 a 1']],
  [
    'a join, as it is by then',
    [
      ['enter', ann, 'a'],
      ['enter', ann, 'b'],
    ],
    ['join ann/1 b 1'],
  ],
  [
    'no join that is over',
    [
      ['enter', ann, 'a'],
      ['leave', ann],
    ],
    [],
  ],
  [
    'a join behind one that is over, with its own time',
    [
      ['enter', ann, 'a'],
      ['leave', ann],
      ['enter', ann, 'b'],
    ],
    ['join ann/1 b 3'],
  ],
  ['an update, with the time of the join', [['enter', ann, 'a'], ['take'], ['enter', ann, 'b']], ['update ann/1 b 1']],
  ['no update to what it was', [['enter', ann, 'a'], ['take'], ['enter', ann, 'a']], []],
  ['no update there and back', [['enter', ann, 'a'], ['take'], ['enter', ann, 'b'], ['enter', ann, 'a']], []],
  [
    'a leave, as it was known',
    [['enter', ann, 'a'], ['take'], ['enter', ann, 'b'], ['leave', ann]],
    ['leave ann/1 a 1'],
  ],
  ['no leave of one who came back', [['enter', ann, 'a'], ['take'], ['leave', ann], ['enter', ann, 'a']], []],
  [
    'an update of one who came back in another state, and never left',
    [['enter', ann, 'a'], ['take'], ['leave', ann], ['enter', ann, 'b']],
    ['update ann/1 b 1'],
  ],
  [
    'a leave of one who came back and left again',
    [['enter', ann, 'a'], ['take'], ['leave', ann], ['enter', ann, 'b'], ['leave', ann]],
    ['leave ann/1 a 1'],
  ],
  [
    'no leave that comes before its join',
    [
      ['leave', ann],
      ['enter', ann, 'a'],
    ],
    ['join ann/1 a 2'],
  ],
  ['no second leave', [['enter', ann, 'a'], ['take'], ['leave', ann], ['take'], ['leave', ann]], []],
  [
    'another time for one who left for good',
    [['enter', ann, 'a'], ['take'], ['leave', ann], ['take'], ['enter', ann, 'a']],
    ['join ann/1 a 5'],
  ],
  [
    'two keys of one principal',
    [
      ['enter', ann, 'a'],
      ['enter', annToo, 'a'],
    ],
    ['join ann/1 a 1', 'join ann/2 a 2'],
  ],
  [
    'one key of two principals',
    [['enter', ann, 'a'], ['enter', bob, 'b'], ['take'], ['leave', bob]],
    ['leave bob/1 b 2'],
  ],
];

function follow(steps: readonly Step[], roster = new Roster()): { roster: Roster; changes: string[] } {
  let changes: string[] = [];
  for (const [index, step] of [...steps, ['take'] as const].entries()) {
    if (step[0] === 'enter') roster.enter({ ...step[1], state: step[2], since: String(index + 1) });
    else if (step[0] === 'leave') roster.leave(step[1]);
    else changes = roster.take().map(({ action, member }) => `${action} ${textOf(member)}`);
  }
  return { roster, changes };
}

function textOf({ id, key, state, since }: Member): string {
  return `${id}/${key} ${state} ${since}`;
}

describe('observers of a roster are handed', () => {
  it.each(CASES)('%s', (_, steps, expected) => {
    const { roster, changes } = follow(steps);
    expect(changes).toEqual(expected);
    expect(roster.settled).toBe(true);
    expect([...roster].map(textOf)).toEqual([...roster.now()].map(textOf));
  });

  it('what they know until they are handed something else', () => {
    const { roster } = follow([
      ['enter', ann, 'a'],
      ['enter', bob, 'b'],
    ]);
    roster.leave(ann);
    roster.enter({ ...bob, state: 'c', since: '9' });
    roster.enter({ ...annToo, state: 'a', since: '9' });
    expect([...roster].map(textOf).sort()).toEqual(['ann/1 a 1', 'bob/1 b 2']);
    expect({ count: roster.count, principals: roster.principals, settled: roster.settled, size: roster.size }).toEqual({
      count: 2,
      principals: 2,
      settled: false,
      size: 2,
    });
    roster.take();
    expect([...roster].map(textOf).sort()).toEqual(['ann/2 a 9', 'bob/1 c 2']);
    expect([roster.count, roster.principals]).toEqual([2, 2]);
  });

  it('principals once, however many keys they have', () => {
    const { roster } = follow([
      ['enter', ann, 'a'],
      ['enter', annToo, 'a'],
      ['enter', bob, 'a'],
    ]);
    expect([roster.count, roster.principals]).toEqual([3, 2]);
    roster.leave(ann);
    roster.take();
    expect([roster.count, roster.principals]).toEqual([2, 2]);
    roster.leave(annToo);
    roster.take();
    expect([roster.count, roster.principals]).toEqual([1, 1]);
  });

  it('only so much at a time, the oldest first, and know no more than that', () => {
    const roster = new Roster();
    for (let n = 0; n < 10; n++) roster.enter({ id: `u${n}`, key: 'k', state: 'x'.repeat(1_000), since: '' });
    expect(roster.take(2_500).map(({ member }) => member.id)).toEqual(['u0', 'u1', 'u2']);
    expect([...roster].map(({ id }) => id)).toEqual(['u0', 'u1', 'u2']);
    expect([roster.count, roster.settled, roster.size]).toEqual([3, false, 10]);
    roster.leave({ id: 'u1', key: 'k' });
    expect(roster.take().map(({ action, member }) => `${action} ${member.id}`)).toEqual([
      ...[3, 4, 5, 6, 7, 8, 9].map((n) => `join u${n}`),
      'leave u1',
    ]);
  });

  it('the difference between what they know and what is, whatever happens', () => {
    const names = [ann, annToo, bob, { id: 'a', key: 'nn1' }, { id: 'an', key: 'n1' }];
    const roster = new Roster();
    const known = new Map<string, string>();
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let n = 0; n < 2_000; n++) {
      const name = names[random(names.length)] ?? ann;
      const kind = random(5);
      if (kind < 2) roster.enter({ ...name, state: String(random(2)), since: String(n) });
      else if (kind < 4) roster.leave(name);
      else for (const { action, member } of roster.take(random(2) === 0 ? 100 : Infinity)) apply(known, action, member);
      expect([...roster].map(textOf).sort()).toEqual([...known.values()].sort());
      expect(roster.count).toBe(known.size);
    }
    for (const { action, member } of roster.take()) apply(known, action, member);
    expect([...known.values()].sort()).toEqual([...roster.now()].map(textOf).sort());
  });
});

function apply(known: Map<string, string>, action: string, member: Member): void {
  const name = JSON.stringify([member.id, member.key]);
  expect(known.has(name)).toBe(action !== 'join');
  if (action === 'leave') known.delete(name);
  else known.set(name, textOf(member));
}
