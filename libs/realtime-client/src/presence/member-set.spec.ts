import { describe, expect, it } from '@jest/globals';
import type { PresenceChange, PresenceFrame, PresenceMember } from '@edge-hive/protocol';
import { MemberSet } from './member-set.js';

const since = '2026-01-01T00:00:00.000Z';
const base = { type: 'presence', channel: 'room:1', stream: 's1' } as const;

/** `ann/1` is Ann under the key 1, `ann/1=away` in another state. */
function member(text: string): PresenceMember {
  const [name = '', mood = ''] = text.split('=');
  const [id = '', key = ''] = name.split('/');
  return { id, key, state: { mood }, since };
}

function change(text: string): PresenceChange {
  const [action = '', name = ''] = text.split(' ');
  const { state, ...rest } = member(name);
  return action === 'leave' ? { action, ...rest } : { action: action as 'join' | 'update', ...rest, state };
}

const members = (...texts: string[]) => ({ ...base, members: texts.map(member), last: true });
const more = (...texts: string[]) => ({ ...base, members: texts.map(member), last: false });
const changes = (...texts: string[]) => ({ ...base, changes: texts.map(change) });
const shown = ({ id, key, state }: PresenceMember) =>
  `${id}/${key}${typeof state['mood'] === 'string' && state['mood'] !== '' ? `=${state['mood']}` : ''}`;

type Step = Exclude<PresenceFrame, { count: number }> | 'lost' | 'cleared';

describe('MemberSet', () => {
  it.each<[string, Step[], string[] | undefined, string[]]>([
    ['takes the first members for no news', [members('ann/1', 'bob/1')], [], ['ann/1', 'bob/1']],
    ['is empty where nobody is there', [members()], [], []],
    ['waits until members are whole', [more('ann/1')], undefined, []],
    ['gathers members over frames', [more('ann/1'), more('bob/1'), members('ann/2')], [], ['ann/1', 'bob/1', 'ann/2']],
    [
      'folds changes',
      [members('ann/1'), changes('join bob/1', 'update ann/1=away')],
      ['join bob/1', 'update ann/1=away'],
      ['ann/1=away', 'bob/1'],
    ],
    ['has of one that left how it was', [members('ann/1=away'), changes('leave ann/1')], ['leave ann/1=away'], []],
    [
      'tells keys of one principal apart',
      [members('ann/1', 'ann/2'), changes('leave ann/1')],
      ['leave ann/1'],
      ['ann/2'],
    ],
    [
      'tells principals with one key apart',
      [members('ann/1', 'bob/1'), changes('leave bob/1')],
      ['leave bob/1'],
      ['ann/1'],
    ],
    [
      'takes one that comes behind the others for the last',
      [members('ann/1', 'bob/1'), changes('leave ann/1'), changes('join ann/1')],
      ['join ann/1'],
      ['bob/1', 'ann/1'],
    ],
    ['takes no change before there are members', [changes('join ann/1')], undefined, []],
    ['takes no change between two frames of members', [more('ann/1'), changes('join bob/1')], undefined, []],
    [
      'takes a join of a member that it has for an update',
      [members('ann/1'), changes('join ann/1=away')],
      ['update ann/1=away'],
      ['ann/1=away'],
    ],
    [
      'takes an update of a member that it lacks for a join',
      [members(), changes('update ann/1')],
      ['join ann/1'],
      ['ann/1'],
    ],
    ['has nothing of a leave of a member that it lacks', [members('ann/1'), changes('leave bob/1')], [], ['ann/1']],
    [
      'has nothing of an update to the same state',
      [members('ann/1=away'), changes('update ann/1=away')],
      [],
      ['ann/1=away'],
    ],
    [
      'becomes what members say anew, with the difference',
      [members('ann/1', 'bob/1', 'eve/1'), members('eve/1', 'dan/1', 'bob/1=away')],
      ['leave ann/1', 'join dan/1', 'update bob/1=away'],
      ['eve/1', 'dan/1', 'bob/1=away'],
    ],
    ['keeps what is known when the connection is lost', [members('ann/1'), 'lost'], undefined, ['ann/1']],
    [
      'takes no change after that before members came anew',
      [members('ann/1'), 'lost', changes('leave ann/1')],
      undefined,
      ['ann/1'],
    ],
    [
      'has no news of those who are still there then',
      [members('ann/1', 'bob/1'), 'lost', members('ann/1', 'bob/1')],
      [],
      ['ann/1', 'bob/1'],
    ],
    [
      'has the difference then',
      [members('ann/1', 'bob/1'), 'lost', more('bob/1'), members('dan/1')],
      ['leave ann/1', 'join dan/1'],
      ['bob/1', 'dan/1'],
    ],
    [
      'drops members that were not whole when the connection is lost',
      [more('ann/1'), 'lost', members('bob/1')],
      [],
      ['bob/1'],
    ],
    ['begins anew when it is cleared', [members('ann/1'), 'cleared', members('bob/1')], [], ['bob/1']],
  ])('%s', (_, steps, news, then) => {
    const set = new MemberSet();
    let last: ReturnType<MemberSet['take']>;
    for (const step of steps) {
      last = undefined;
      if (step === 'lost') set.interrupted();
      else if (step === 'cleared') set.clear();
      else last = set.take(step);
    }
    expect(last?.map(({ action, member: one }) => `${action} ${shown(one)}`)).toEqual(news);
    expect(set.items.map(shown)).toEqual(then);
    expect(set.size).toBe(then.length);
  });

  it('counts principals, and shows the same array until something changes', () => {
    const set = new MemberSet();
    set.take(members('ann/1', 'ann/2', 'bob/1'));
    const { items } = set;
    expect([set.size, set.principals, set.items === items]).toEqual([3, 2, true]);
    set.take(changes('leave ann/2'));
    expect([set.size, set.principals, set.items === items]).toEqual([2, 2, false]);
    expect(items.map(shown)).toEqual(['ann/1', 'ann/2', 'bob/1']);
  });
});
