import { describe, expect, it } from '@jest/globals';
import { RealtimeError } from '../errors.js';
import { next } from './next-state.js';
import { Stream } from './stream.js';
import type { SubscriptionEffect, SubscriptionEvent, SubscriptionState } from './subscription-state.js';
import { Trail } from './trail.js';

const target = { topic: 'messages' };
const trail = new Trail({ cursor: 'c0', epoch: 'e1' }, 1_000);
const stream = new Stream('s1', target, trail);
const other = new Stream('s2', target);
const frame = { type: 'subscribed', ...target, stream: 's1', cursor: 'c0', epoch: 'e1', durable: true } as const;
const later = new RealtimeError('UNAVAILABLE', 'Later.', { retryable: true });
const never = new RealtimeError('FORBIDDEN', 'No.');

const asked: SubscriptionState = { kind: 'asked' };
const waiting = (until: 'turn' | 'time'): SubscriptionState => ({ kind: 'waiting', until });
const live = (reading: 'no' | 'asked' | 'time' | 'due', on = stream): SubscriptionState => ({
  kind: 'live',
  stream: on,
  reading,
});
const broken = (until: 'turn' | 'time' | 'answer'): SubscriptionState => ({ kind: 'broken', trail, until });
const ended: SubscriptionState = { kind: 'ended' };

const subscribed = (on = stream, snapshot = false) => ({ type: 'subscribed', stream: on, frame, snapshot }) as const;
const unsubscribed = (code: 'UNAVAILABLE' | 'RIGHTS_CHANGED' | 'FORBIDDEN', resumes = true) =>
  ({ type: 'unsubscribed', code, message: 'Ended.', resumes }) as const;
const lost = (resumes = true) => ({ type: 'lost', resumes }) as const;
const refused = (error: RealtimeError) => ({ type: 'refused', error }) as const;

const ask = { type: 'ask' } as const;
const served = { type: 'subscribed', frame } as const;
const join = (on = stream) => ({ type: 'join', stream: on }) as const;
const leave = { type: 'leave', stream } as const;
const interrupted = (reason: 'reconnected' | 'rights_changed' | 'resubscribed') =>
  ({ type: 'interrupted', reason }) as const;
const wait = (after: 'refusal' | 'end') => ({ type: 'wait', after }) as const;

describe('next', () => {
  it.each<[string, SubscriptionState, SubscriptionEvent, SubscriptionState, SubscriptionEffect[]]>([
    ['asks when its turn comes', waiting('turn'), { type: 'turn' }, asked, [ask]],
    [
      'asks with its cursor where it is resumed',
      broken('turn'),
      { type: 'turn' },
      broken('answer'),
      [{ ...ask, trail }],
    ],
    ['has no turn before its time', waiting('time'), { type: 'turn' }, waiting('time'), []],
    ['has no turn before its time, to be resumed', broken('time'), { type: 'turn' }, broken('time'), []],
    ['waits for its turn when its time has come', waiting('time'), { type: 'due' }, waiting('turn'), []],
    ['waits for its turn then, to be resumed', broken('time'), { type: 'due' }, broken('turn'), []],
    ['reads again then on a stream that is live', live('time'), { type: 'due' }, live('asked'), [ask]],

    ['joins its stream', asked, subscribed(), live('no'), [join(), served]],
    ['joins its stream, and expects rows', asked, subscribed(stream, true), live('due'), [join(), served]],
    ['goes on where it was', broken('answer'), subscribed(), live('no'), [join(), served]],
    ['goes on where another has asked for it', broken('turn'), subscribed(), live('no'), [join(), served]],
    ['begins nothing anew on the stream that it has', live('asked'), subscribed(stream, true), live('due'), [served]],
    ['has one stream', live('asked'), subscribed(other), live('no', other), [leave, join(other), served]],
    ['does not come back', ended, subscribed(), ended, []],

    ['waits after a refusal that passes', asked, refused(later), waiting('time'), [wait('refusal')]],
    ['waits then to be resumed, too', broken('answer'), refused(later), broken('time'), [wait('refusal')]],
    ['waits then to read again, too', live('asked'), refused(later), live('time'), [wait('refusal')]],
    ['ends with a refusal that does not pass', asked, refused(never), ended, [{ type: 'end', error: never }]],
    ['ends then on a live stream', live('asked'), refused(never), ended, [leave, { type: 'end', error: never }]],

    ['reads again', live('no'), { type: 'reread' }, live('asked'), [ask]],
    ['reads again behind a snapshot that has begun', live('due'), { type: 'reread' }, live('asked'), [ask]],
    ['reads again once for all reasons', live('asked'), { type: 'reread' }, live('asked'), []],
    ['reads again later where that was refused', live('time'), { type: 'reread' }, live('time'), []],
    ['has its rows', live('due'), { type: 'read' }, live('no'), []],
    ['does not have the rows that it asked for behind others', live('asked'), { type: 'read' }, live('asked'), []],

    ['is resumed on the next connection', live('no'), lost(), broken('turn'), [interrupted('reconnected')]],
    ['begins anew where it would rather', live('no'), lost(false), waiting('turn'), [interrupted('reconnected')]],
    ['begins anew on what is not durable', live('no', other), lost(), waiting('turn'), [interrupted('reconnected')]],
    ['begins anew where its rows were to come', live('due'), lost(), waiting('turn'), [interrupted('reconnected')]],
    ['begins anew where it had asked for rows', live('asked'), lost(), waiting('turn'), [interrupted('reconnected')]],
    ['begins anew where it was to ask for rows', live('time'), lost(), waiting('turn'), [interrupted('reconnected')]],
    ['is resumed yet when it breaks again', broken('answer'), lost(), broken('turn'), []],
    ['asks anew when it breaks before the answer', asked, lost(), waiting('turn'), []],
    ['asks at once when another connection opens', waiting('time'), lost(), waiting('turn'), []],

    [
      'is resumed a while after the server ended it',
      live('no'),
      unsubscribed('UNAVAILABLE'),
      broken('time'),
      [interrupted('resubscribed'), wait('end')],
    ],
    [
      'begins anew then where its rows were to come',
      live('due'),
      unsubscribed('UNAVAILABLE'),
      waiting('time'),
      [interrupted('resubscribed'), wait('end')],
    ],
    [
      'has the answer for another stream then',
      live('asked'),
      unsubscribed('UNAVAILABLE'),
      asked,
      [interrupted('resubscribed')],
    ],
    [
      'begins anew at once under other rights',
      live('no'),
      unsubscribed('RIGHTS_CHANGED'),
      waiting('turn'),
      [interrupted('rights_changed')],
    ],
    [
      'begins anew at once under other rights where reading was refused for now',
      live('time'),
      unsubscribed('RIGHTS_CHANGED'),
      waiting('turn'),
      [interrupted('rights_changed')],
    ],

    ['leaves its stream', live('no'), { type: 'left' }, ended, [leave]],
    [
      'leaves it to others to be resumed',
      broken('answer'),
      { type: 'left' },
      ended,
      [{ type: 'handOver', trail, until: 'answer' }],
    ],
    ['has the answer for one that left', broken('turn'), { type: 'succeed', until: 'answer' }, broken('answer'), []],
    ['waits for no time of one that left', broken('turn'), { type: 'succeed', until: 'time' }, broken('turn'), []],
    ['says why the client is closed', asked, { type: 'closed', error: never }, ended, [{ type: 'end', error: never }]],
  ])('%s', (_, state, event, then, effects) => {
    expect(next(state, event)).toEqual({ state: then, effects });
  });

  it('changes no state that it is given', () => {
    const state = Object.freeze(live('no'));
    expect(next(state, lost()).state).not.toBe(state);
    expect(state).toEqual(live('no'));
  });
});
