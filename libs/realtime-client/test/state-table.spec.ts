import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { RealtimeError } from '../src/errors.js';
import { next } from '../src/subscriptions/next-state.js';
import { Stream } from '../src/subscriptions/stream.js';
import type { SubscriptionEvent, SubscriptionState } from '../src/subscriptions/subscription-state.js';
import { Trail } from '../src/subscriptions/trail.js';

const document = readFileSync(new URL('../../../docs/client.md', import.meta.url), 'utf8');

const target = { topic: 'messages' };
const trail = new Trail({ cursor: 'c0', epoch: 'e1' }, 1_000);
const stream = new Stream('s1', target, trail);
const frame = { type: 'subscribed', ...target, stream: 's1', cursor: 'c0', epoch: 'e1', durable: true } as const;

/** By the name that the table has for it, each way of being in a state. */
const STATES: Readonly<Record<string, readonly SubscriptionState[]>> = {
  waiting: [
    { kind: 'waiting', until: 'turn' },
    { kind: 'waiting', until: 'time' },
  ],
  asked: [{ kind: 'asked' }],
  live: [{ kind: 'live', stream, reading: 'no' }],
  rereading: [
    { kind: 'live', stream, reading: 'asked' },
    { kind: 'live', stream, reading: 'time' },
  ],
  due: [{ kind: 'live', stream, reading: 'due' }],
  broken: [
    { kind: 'broken', trail, until: 'turn' },
    { kind: 'broken', trail, until: 'time' },
    { kind: 'broken', trail, until: 'answer' },
  ],
  ended: [{ kind: 'ended' }],
};

/** By the words of the table. */
const EVENTS: Readonly<Record<string, readonly SubscriptionEvent[]>> = {
  'its turn comes': [{ type: 'turn' }],
  '`subscribed`': [{ type: 'subscribed', stream, frame, snapshot: false }],
  '`subscribed`, and a snapshot follows': [{ type: 'subscribed', stream, frame, snapshot: true }],
  'the last snapshot that was due is whole': [{ type: 'read' }],
  'its rows have to be read again': [{ type: 'reread' }],
  'a refusal that passes': [refusal('RATE_LIMITED', true), refusal('UNAVAILABLE', true)],
  "a refusal that doesn't": [refusal('FORBIDDEN', false), refusal('LIMIT_EXCEEDED', false)],
  'a refusal of the cursor (`INVALID_CURSOR`)': [refusal('INVALID_CURSOR', false)],
  "what it had can't be resumed": [{ type: 'anew' }],
  '`unsubscribed`, `UNAVAILABLE`': [end('UNAVAILABLE'), end('RATE_LIMITED')],
  '`unsubscribed`, `RIGHTS_CHANGED`': [end('RIGHTS_CHANGED')],
  '`unsubscribed`, another code': [end('FORBIDDEN'), end('UNKNOWN_TOPIC')],
  'the connection is lost': [{ type: 'lost', resumes: true }],
  '`unsubscribe()`, or `close()`': [{ type: 'left' }, { type: 'closed', error: undefined }],
};

/**
 * Ways of being in a state in which an event leads elsewhere, as the footnotes say: what waits for its time has no turn, and what was
 * refused for now has no answer to come.
 */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'its turn comes': { waiting: ['time'] },
  '`subscribed`': { rereading: ['time'] },
  '`subscribed`, and a snapshot follows': { rereading: ['time'] },
  "a refusal that doesn't": { rereading: ['time'] },
  'a refusal of the cursor (`INVALID_CURSOR`)': { rereading: ['time'] },
  '`unsubscribed`, `UNAVAILABLE`': { rereading: ['time'] },
  '`unsubscribed`, `RIGHTS_CHANGED`': { rereading: ['time'] },
};

const [, header = [], , ...rows] = tableOf('what happens');

describe('the states of a subscription in docs/client.md', () => {
  it('are all that there are, and so are the events', () => {
    expect(header.slice(1)).toEqual(Object.keys(STATES).map((name) => `\`${name}\``));
    expect(rows.map(([what = '']) => what)).toEqual(Object.keys(EVENTS));
    expect(
      tableOf('state ', '## States of a subscription')
        .slice(3)
        .map(([name]) => name),
    ).toEqual(header.slice(1));
  });

  const cells = rows.flatMap(([what = '', ...results]) =>
    results.map((result, index) => ({ what, from: Object.keys(STATES)[index] ?? '', to: result.replaceAll('`', '') })),
  );

  it.each(cells)('lead from $from to "$to": $what', ({ what, from, to }) => {
    const exceptions = ELSEWHERE[what]?.[from] ?? [];
    const states = (STATES[from] ?? []).filter((state) => !exceptions.includes(substateOf(state)));
    const results = states.flatMap((state) => (EVENTS[what] ?? []).map((event) => nameOf(next(state, event).state)));
    expect(results.length).toBeGreaterThan(0);
    expect(new Set(results)).toEqual(new Set([to === '' ? from : to]));
  });
});

function refusal(
  code: 'RATE_LIMITED' | 'UNAVAILABLE' | 'FORBIDDEN' | 'LIMIT_EXCEEDED' | 'INVALID_CURSOR',
  retryable: boolean,
) {
  return { type: 'refused', error: new RealtimeError(code, 'No.', { retryable }) } as const;
}

function end(code: 'UNAVAILABLE' | 'RATE_LIMITED' | 'RIGHTS_CHANGED' | 'FORBIDDEN' | 'UNKNOWN_TOPIC') {
  return { type: 'unsubscribed', code, message: 'Ended.', resumes: true } as const;
}

function substateOf(state: SubscriptionState): string {
  if (state.kind === 'live') return state.reading;
  return 'until' in state ? state.until : '';
}

function nameOf(state: SubscriptionState): string {
  const found = Object.entries(STATES).find(([, ways]) =>
    ways.some((way) => way.kind === state.kind && substateOf(way) === substateOf(state)),
  );
  return found?.[0] ?? 'none';
}

/** Rows of the table whose header begins so, its header and rule among them, without the marks of footnotes. */
function tableOf(begin: string, behind = ''): string[][] {
  const from = document.indexOf(`| ${begin}`, document.indexOf(behind));
  const [table = ''] = document.slice(from).split('\n\n');
  return [[], ...table.trimEnd().split('\n').map(cellsOf)];
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll(/[¹²³⁴⁵]/g, '').trim());
}
