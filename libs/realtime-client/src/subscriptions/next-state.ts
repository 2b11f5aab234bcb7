import { RETRYABLE_ERROR_CODES } from '@edge-hive/protocol';
import { RealtimeError } from '../errors.js';
import {
  INITIAL,
  type SubscriptionEffect,
  type SubscriptionEvent,
  type SubscriptionState,
} from './subscription-state.js';

export interface Transition {
  readonly state: SubscriptionState;
  readonly effects: readonly SubscriptionEffect[];
}

const ENDED: SubscriptionState = { kind: 'ended' };

/** What an event makes of a subscription. What means nothing to its state changes nothing. */
export function next(state: SubscriptionState, event: SubscriptionEvent): Transition {
  switch (event.type) {
    case 'turn':
      return onTurn(state);
    case 'due':
      return onDue(state);
    case 'subscribed':
      return onSubscribed(state, event);
    case 'refused':
      return onRefused(state, event.error);
    case 'anew':
      return state.kind === 'broken' ? to(INITIAL) : to(state);
    case 'succeed':
      return onSucceed(state, event.until);
    case 'reread':
      return onReread(state);
    case 'read':
      return state.kind === 'live' && state.reading === 'due' ? to({ ...state, reading: 'no' }) : to(state);
    case 'unsubscribed':
      return onUnsubscribed(state, event);
    case 'lost':
      return onLost(state, event.resumes);
    case 'left':
      return onLeft(state);
    case 'closed':
      return state.kind === 'ended' ? to(state) : to(ENDED, { type: 'end', error: event.error });
  }
}

function to(state: SubscriptionState, ...effects: SubscriptionEffect[]): Transition {
  return { state, effects };
}

function onTurn(state: SubscriptionState): Transition {
  if (state.kind === 'waiting' && state.until === 'turn') return to({ kind: 'asked' }, { type: 'ask' });
  if (state.kind === 'broken' && state.until === 'turn') {
    return to({ ...state, until: 'answer' }, { type: 'ask', trail: state.trail });
  }
  return to(state);
}

/** Rows are asked for on the stream that is live: nobody has to be resumed before that. */
function onDue(state: SubscriptionState): Transition {
  if (state.kind === 'live' && state.reading === 'time') return to({ ...state, reading: 'asked' }, { type: 'ask' });
  const waits = (state.kind === 'waiting' || state.kind === 'broken') && state.until === 'time';
  return to(waits ? { ...state, until: 'turn' } : state);
}

function onSubscribed(
  state: SubscriptionState,
  { stream, frame, snapshot }: Extract<SubscriptionEvent, { type: 'subscribed' }>,
): Transition {
  if (!isAnswerable(state)) return to(state);
  const live: SubscriptionState = { kind: 'live', stream, reading: snapshot ? 'due' : 'no' };
  // On the stream that it has it begins nothing anew.
  if (state.kind === 'live' && state.stream === stream) return to(live, { type: 'subscribed', frame });
  return to(live, ...leaving(state), { type: 'join', stream }, { type: 'subscribed', frame });
}

function onRefused(state: SubscriptionState, error: RealtimeError): Transition {
  if (!isAnswerable(state)) return to(state);
  if (!error.retryable) {
    // The cursor is none here. Without it the question is another.
    if (state.kind === 'broken' && error.code === 'INVALID_CURSOR') return to(INITIAL);
    return to(ENDED, ...leaving(state), { type: 'end', error });
  }
  const wait = { type: 'wait', after: 'refusal' } as const;
  if (state.kind === 'live') return to({ ...state, reading: 'time' }, wait);
  if (state.kind === 'broken') return to({ ...state, until: 'time' }, wait);
  return to({ kind: 'waiting', until: 'time' }, wait);
}

type Answerable = Exclude<SubscriptionState, { kind: 'waiting' | 'ended' }>;

/** Of those with one trail, one has asked. The answer is to all. */
function isAnswerable(state: SubscriptionState): state is Answerable {
  return state.kind === 'asked' || state.kind === 'broken' || (state.kind === 'live' && state.reading === 'asked');
}

function leaving(state: SubscriptionState): SubscriptionEffect[] {
  return state.kind === 'live' ? [{ type: 'leave', stream: state.stream }] : [];
}

function onSucceed(state: SubscriptionState, until: 'turn' | 'time' | 'answer'): Transition {
  if (state.kind !== 'broken') return to(state);
  // The time that was waited for was another's: there is no reason to wait for it again.
  return to({ ...state, until: until === 'time' ? 'turn' : until });
}

/** What is asked already is answered by rows that are newer than the reason to ask again. */
function onReread(state: SubscriptionState): Transition {
  const asks = state.kind === 'live' && (state.reading === 'no' || state.reading === 'due');
  return asks ? to({ ...state, reading: 'asked' }, { type: 'ask' }) : to(state);
}

function onUnsubscribed(
  state: SubscriptionState,
  { code, message, resumes }: Extract<SubscriptionEvent, { type: 'unsubscribed' }>,
): Transition {
  if (state.kind !== 'live') return to(state);
  // Cursors were given under rights: under others they say nothing.
  const isAnew = code === 'RIGHTS_CHANGED';
  if (!isAnew && !RETRYABLE_ERROR_CODES.has(code)) {
    return to(ENDED, { type: 'end', error: new RealtimeError(code, message) });
  }
  const interrupted = { type: 'interrupted', reason: isAnew ? 'rights_changed' : 'resubscribed' } as const;
  // The answer that is still to come is another stream's.
  if (state.reading === 'asked') return to({ kind: 'asked' }, interrupted);
  if (isAnew) return to(INITIAL, interrupted);
  // Not at once: a server that can't go on may well begin, and end it again.
  return to(withoutStream(state, resumes, 'time'), interrupted, { type: 'wait', after: 'end' });
}

function onLost(state: SubscriptionState, resumes: boolean): Transition {
  switch (state.kind) {
    case 'ended':
      return to(state);
    case 'live':
      return to(withoutStream(state, resumes, 'turn'), { type: 'interrupted', reason: 'reconnected' });
    case 'broken':
      return to({ ...state, until: 'turn' });
    default:
      return to(INITIAL);
  }
}

function onLeft(state: SubscriptionState): Transition {
  if (state.kind === 'broken') return to(ENDED, { type: 'handOver', trail: state.trail, until: state.until });
  return to(ENDED, ...leaving(state));
}

/** A subscription whose rows are yet to be read has missed something that no replay brings. */
function withoutStream(
  { stream: { trail }, reading }: Extract<SubscriptionState, { kind: 'live' }>,
  resumes: boolean,
  until: 'turn' | 'time',
): SubscriptionState {
  return trail !== undefined && resumes && reading === 'no'
    ? { kind: 'broken', trail, until }
    : { kind: 'waiting', until };
}
