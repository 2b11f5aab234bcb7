import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PublishFrame } from '@edge-hive/protocol';
import { Backoff } from '../connection/backoff.js';
import { Commands, type Outcome } from '../connection/commands.js';
import { MutedMessages } from '../subscriptions/muted-messages.js';
import { PublishQueue } from './publish-queue.js';

const publish = (data: unknown) => ({ type: 'publish', channel: 'room:1', event: 'said', data }) as const;

function setup(bounds = { count: 10, bytes: 10_000 }) {
  const sent: (PublishFrame & { id: string })[] = [];
  const outcomes: Outcome[] = [];
  const commands = new Commands((text) => sent.push(JSON.parse(text) as PublishFrame & { id: string }));
  const queue = new PublishQueue(bounds, commands, () => new Backoff({}, () => 0.5), new MutedMessages());
  return {
    sent,
    outcomes,
    queue,
    add: (data: unknown) => queue.add(publish(data), (outcome) => outcomes.push(outcome)),
    open: () => {
      commands.opened();
      queue.opened('user-1');
    },
    lose: () => {
      commands.lost();
      queue.lost();
    },
    acknowledge: (id: string) => commands.receive({ type: 'ack', id }),
    refuse: (id: string, retryable: boolean) =>
      commands.receive({ type: 'error', id, code: 'RATE_LIMITED', message: 'Slow down.', retryable }),
  };
}

describe('PublishQueue', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('keeps publishes until there is a connection, and sends them in order', () => {
    const { add, sent, open } = setup();
    for (const data of [1, 2]) add(data);
    expect(sent).toEqual([]);
    open();
    expect(sent.map(({ data }) => data)).toEqual([1, 2]);
  });

  it('takes what it is given now, whatever happens to it later', () => {
    const { add, sent, open } = setup();
    const data = { text: 'now' };
    add(data);
    data.text = 'later';
    open();
    expect(sent).toMatchObject([{ data: { text: 'now' } }]);
  });

  it('refuses more than may wait, for a connection or for a reply', () => {
    const { add, outcomes, open } = setup({ count: 2, bytes: 10_000 });
    add(1);
    open();
    for (const data of [2, 3]) add(data);
    expect(outcomes).toMatchObject([{ error: { code: 'QUEUE_FULL', retryable: true } }]);
  });

  it('refuses more bytes than may wait, saying how many there are, and takes more once some are answered', () => {
    const { add, outcomes, open, acknowledge } = setup({ count: 10, bytes: 300 });
    for (let count = 0; count < 2; count += 1) add('€'.repeat(50));
    expect(outcomes).toMatchObject([{ error: { code: 'QUEUE_FULL' } }]);
    expect(outcomes[0]).toMatchObject({ error: { message: expect.stringContaining('queueBytes (300)') } });
    open();
    acknowledge('1');
    add('€'.repeat(50));
    expect(outcomes).toHaveLength(2);
  });

  it('repeats what was not acknowledged on the next connection, under the same key and in order', () => {
    const { add, sent, open, lose, acknowledge, outcomes } = setup();
    for (const data of [1, 2, 3]) add(data);
    open();
    acknowledge('2');
    lose();
    open();
    const [first, , third, ...repeated] = sent;
    expect(repeated.map(({ data, key }) => [data, key])).toEqual([
      [1, first?.key],
      [3, third?.key],
    ]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
    expect(outcomes).toHaveLength(1);
  });

  it('gives up what it can not repeat safely any more, and sends what was never sent however long it waited', () => {
    const { add, sent, open, lose, outcomes } = setup();
    add('sent');
    open();
    lose();
    add('waiting');
    jest.setSystemTime(Date.now() + 5 * 60_000);
    open();
    expect(outcomes).toMatchObject([{ error: { code: 'DISCONNECTED' } }]);
    expect(sent.map(({ data }) => data)).toEqual(['sent', 'waiting']);
  });

  it('counts from the try that was not answered, though a later one was refused', () => {
    const { add, sent, open, lose, refuse, outcomes } = setup();
    add(1);
    open();
    lose();
    open();
    refuse('2', true);
    jest.setSystemTime(Date.now() + 5 * 60_000);
    jest.runAllTimers();
    expect(outcomes).toMatchObject([{ error: { code: 'DISCONNECTED' } }]);
    expect(sent).toHaveLength(2);
  });

  it('waits after a refusal that passes, and lets nothing overtake', () => {
    const { add, sent, open, refuse, acknowledge, outcomes } = setup();
    add(1);
    open();
    refuse('1', true);
    add(2);
    jest.advanceTimersByTime(499);
    expect(sent).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(sent.map(({ data }) => data)).toEqual([1, 1, 2]);
    acknowledge('2');
    expect(outcomes).toMatchObject([{ reply: { type: 'ack' } }]);
  });

  it('has 64 unanswered at most', () => {
    const { add, sent, open, acknowledge } = setup({ count: 100, bytes: 100_000 });
    for (let data = 0; data < 70; data += 1) add(data);
    open();
    expect(sent).toHaveLength(64);
    acknowledge('1');
    expect(sent).toHaveLength(65);
  });

  it('hands on a refusal that is final', () => {
    const { add, open, refuse, outcomes, queue } = setup();
    add(1);
    open();
    refuse('1', false);
    expect(outcomes).toMatchObject([{ error: { code: 'RATE_LIMITED' } }]);
    expect(queue.idle).toBe(true);
  });
});
