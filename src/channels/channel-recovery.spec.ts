import type { MessageFrame, ServerFrame, SubscribedFrame } from '@edge-hive/protocol';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Config } from '../config/config.js';
import { Subscriptions } from '../delivery/subscriptions.js';
import type { Delivery } from '../delivery/delivery.js';
import { frameOf } from '../../test/support/frame-of.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { MemoryBroker } from './broker-memory.js';
import type { Message, Since } from './broker.js';
import { ChannelsService } from './channels.service.js';
import { PresenceService } from './presence/presence.service.js';

/** Takes so many frames before it is full; then what is sent in bulk waits until the test drains it. */
class SlowSubscriber implements Subscriber {
  readonly subscriptions = new Subscriptions(10);
  readonly frames: ServerFrame[] = [];
  closed = false;
  private waiters: (() => void)[] = [];

  constructor(
    readonly id: string,
    private room = Infinity,
  ) {}

  send(delivery: Delivery): void {
    this.frames.push(frameOf(delivery));
    this.room -= 1;
  }

  drained(): Promise<void> {
    return this.room > 0 ? Promise.resolve() : new Promise((resolve) => this.waiters.push(resolve));
  }

  drain(room = Infinity): void {
    this.room = room;
    const { waiters } = this;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }

  get subscribed(): SubscribedFrame | undefined {
    return this.frames.find((frame) => frame.type === 'subscribed');
  }

  get data(): unknown[] {
    return this.frames.filter((frame): frame is MessageFrame => frame.type === 'message').map(({ data }) => data);
  }

  get types(): string[] {
    return this.frames.map(({ type }) => type);
  }
}

/** Lets something happen between a look-up and its answer, and can fail. */
class MeddlingBroker extends MemoryBroker {
  lookUps = 0;
  beforeAnswer: ((lookUp: number) => Promise<unknown> | undefined) | undefined;

  override async after(channel: string, since: Since, limit: number): Promise<readonly Message[] | undefined> {
    const answer = await super.after(channel, since, limit);
    this.lookUps += 1;
    await this.beforeAnswer?.(this.lookUps);
    return answer;
  }
}

/** Everything that is under way and waits for nobody. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a subscriber that comes back to a channel', () => {
  let metrics: MetricsService;
  let broker: MeddlingBroker;
  let channels: ChannelsService;
  let start: { cursor: string; epoch: string };
  const history = { size: 1_000, age: 60_000 };

  const say = async (data: unknown, more: { exclude?: Subscriber } = {}) =>
    channels.publish({ channel: 'lobby', event: 'said', data, history, ...more });
  const sayAll = (...data: unknown[]) => Promise.all(data.map((one) => say(one)));
  const resume = (subscriber: Subscriber, { cursor: since, epoch }: { cursor: string; epoch?: string }) =>
    channels.subscribe(subscriber, { channel: 'lobby', since, ...(epoch !== undefined && { epoch }) });

  beforeEach(async () => {
    metrics = new MetricsService();
    broker = new MeddlingBroker(new Config(), metrics);
    channels = new ChannelsService(broker, new PresenceService(broker, new Config(), metrics), metrics);
    const before = new SlowSubscriber('before');
    await channels.subscribe(before, { channel: 'lobby' });
    const { cursor = '', epoch = '' } = before.subscribed ?? {};
    start = { cursor, epoch };
    before.subscriptions.releaseAll();
  });

  it('gets what was said meanwhile, though nobody was there, then what is said now', async () => {
    await sayAll(1, 2, 3);
    const ann = new SlowSubscriber('ann');
    await resume(ann, start);
    await settled();
    await say(4);
    expect(ann.subscribed).toMatchObject({ recovered: true, durable: false, ...start });
    expect(ann.types[0]).toBe('subscribed');
    expect(ann.data).toEqual([1, 2, 3, 4]);
  });

  it('goes on behind the last message that it got', async () => {
    await sayAll(1, 2);
    const cursor = await say(3);
    await sayAll(4, 5);
    const ann = new SlowSubscriber('ann');
    await resume(ann, { cursor, epoch: start.epoch });
    await settled();
    expect(ann.data).toEqual([4, 5]);
  });

  it('is recovered without an epoch, since the cursor tells its own', async () => {
    await say(1);
    const ann = new SlowSubscriber('ann');
    await resume(ann, { cursor: start.cursor });
    await settled();
    expect(ann.data).toEqual([1]);
  });

  it('is recovered where nothing was said, and live at once', async () => {
    const ann = new SlowSubscriber('ann');
    await resume(ann, start);
    void say(1);
    await settled();
    expect(ann.subscribed?.recovered).toBe(true);
    expect(ann.data).toEqual([1]);
  });

  it('misses nothing, and gets nothing twice, while messages go on as it is caught up', async () => {
    await sayAll(...Array.from({ length: 200 }, (_, n) => n));
    let next = 200;
    broker.beforeAnswer = (lookUp) => (lookUp > 8 ? undefined : sayAll(next++, next++));
    const ann = new SlowSubscriber('ann');
    await resume(ann, start);
    await settled();
    await say(next++);
    expect(broker.lookUps).toBeGreaterThan(8);
    expect(ann.data).toEqual(Array.from({ length: next }, (_, n) => n));
  });

  it('misses nothing that is said between the look-up that finds nothing more and its answer', async () => {
    await say(1);
    broker.beforeAnswer = (lookUp) => (lookUp === 2 ? say(2) : undefined);
    const ann = new SlowSubscriber('ann');
    await resume(ann, start);
    await settled();
    await say(3);
    expect(ann.data).toEqual([1, 2, 3]);
  });

  it('misses nothing that is said before the answer that it missed nothing', async () => {
    broker.beforeAnswer = (lookUp) => (lookUp === 1 ? say(1) : undefined);
    const ann = new SlowSubscriber('ann');
    await resume(ann, start);
    await settled();
    await say(2);
    expect(ann.data).toEqual([1, 2]);
  });

  it('is sent only as much as it takes', async () => {
    await sayAll(1, 2, 3, 4);
    const ann = new SlowSubscriber('ann', 3);
    await resume(ann, start);
    await settled();
    expect(ann.data).toEqual([1, 2]);
    await sayAll(5, 6);
    ann.drain(2);
    await settled();
    expect(ann.data).toEqual([1, 2, 3, 4]);
    ann.drain();
    await settled();
    await say(7);
    expect(ann.data).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('delays nobody by taking its time', async () => {
    await sayAll(1, 2, 3);
    await resume(new SlowSubscriber('ann', 2), start);
    const bob = new SlowSubscriber('bob');
    await resume(bob, start);
    await settled();
    await say(4);
    expect(bob.data).toEqual([1, 2, 3, 4]);
  });

  it('is told to read again when what it lacks is dropped while it takes its time, and goes on', async () => {
    await sayAll(1, 2);
    const ann = new SlowSubscriber('ann', 2);
    await resume(ann, start);
    await settled();
    await channels.publish({ channel: 'lobby', event: 'said', data: 'not kept' });
    await say(3);
    ann.drain();
    await settled();
    await say(4);
    expect(ann.types).toEqual(['subscribed', 'message', 'message', 'resync', 'message']);
    expect(ann.frames[3]).toMatchObject({ reason: 'overrun', stream: ann.subscribed?.stream });
    expect(ann.data).toEqual([1, 2, 4]);
    expect(await metrics.exposition()).toContain('edge_hive_resyncs_total{reason="overrun"} 1');
  });

  it('gets no more once it has unsubscribed, and the channel closes', async () => {
    await sayAll(1, 2, 3);
    const ann = new SlowSubscriber('ann', 2);
    await resume(ann, start);
    await settled();
    expect(await metrics.channels.value()).toBe(1);
    for (const subscription of ann.subscriptions.find({ channel: 'lobby' })) ann.subscriptions.release(subscription);
    expect(await metrics.channels.value()).toBe(0);
    ann.drain();
    await settled();
    await say(4);
    expect(ann.data).toEqual([1]);
  });

  it('gets no more once its rights do not cover the channel', async () => {
    await sayAll(1, 2, 3);
    const ann = new SlowSubscriber('ann', 2);
    await resume(ann, start);
    channels.reauthorize(ann, () => 'no');
    ann.drain();
    await settled();
    expect(ann.types).toEqual(['subscribed', 'message', 'unsubscribed']);
  });

  it('gets its own messages that it asked not to be echoed, unless it is the same connection', async () => {
    const before = new SlowSubscriber('before');
    await say(1, { exclude: before });
    const same = new SlowSubscriber('before');
    const other = new SlowSubscriber('after');
    await resume(same, start);
    await resume(other, start);
    await settled();
    expect(same.data).toEqual([]);
    expect(other.data).toEqual([1]);
  });

  it.each([
    ['of another epoch', () => ({ cursor: start.cursor, epoch: 'another' })],
    ['of another run', () => ({ cursor: 'AAAAAAAA.1', epoch: start.epoch })],
    ['of another run, without an epoch', () => ({ cursor: 'AAAAAAAA.1' })],
    ['from the future', () => ({ cursor: start.cursor.replace(/\w+$/, 'zzz'), epoch: start.epoch })],
  ])('is not recovered from a cursor %s', async (_, since) => {
    await say(1);
    const ann = new SlowSubscriber('ann');
    await resume(ann, since());
    await say(2);
    expect(ann.subscribed?.recovered).toBe(false);
    expect(ann.data).toEqual([2]);
  });

  it('is not recovered when something it missed is no longer kept', async () => {
    await sayAll(1, 2);
    await channels.publish({ channel: 'lobby', event: 'said', data: 3, history: { size: 2, age: 60_000 } });
    const ann = new SlowSubscriber('ann');
    await resume(ann, start);
    expect(ann.subscribed?.recovered).toBe(false);
    expect(ann.subscribed?.cursor).not.toBe(start.cursor);
    expect(ann.data).toEqual([]);
  });

  it.each(['', 'nonsense', 'AAAAAAAA.', 'AAAAAAAA.1.2', 'AAAAAAA.1', '3k9d2mzq0x1b7-vomhii7ugw0-0', 'AAAAAAAA~1'])(
    'is refused with %j, which is no cursor of a channel',
    async (cursor) => {
      const ann = new SlowSubscriber('ann');
      await expect(resume(ann, { cursor })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
        message: expect.stringMatching(/^since /),
      });
      expect(ann.subscriptions.size).toBe(0);
      expect(await metrics.channels.value()).toBe(0);
    },
  );

  it('has little of one channel in memory while it does not read, however much it missed of many', async () => {
    const missed = 'x'.repeat(50_000);
    const starts = await Promise.all(
      [0, 1, 2].map(async (n) => {
        const before = new SlowSubscriber('before');
        await channels.subscribe(before, { channel: `room:${n}` });
        return before.subscribed?.cursor ?? '';
      }),
    );
    for (let n = 0; n < 60; n += 1) {
      void channels.publish({ channel: `room:${n % 3}`, event: 'said', data: missed, history });
    }
    const ann = new SlowSubscriber('ann', 1);
    for (const [n, since] of starts.entries()) await channels.subscribe(ann, { channel: `room:${n}`, since });
    await settled();
    const subscriptions = [...ann.subscriptions].reduce((sum, { bytes }) => sum + bytes, 0);
    expect(ann.data).toHaveLength(1);
    expect(ann.subscriptions.held.bytes - subscriptions).toBeGreaterThan(100_000);
    expect(ann.subscriptions.held.bytes - subscriptions).toBeLessThan(128 * 1024);
    ann.drain();
    while (ann.data.length < 60) await settled();
    await settled();
    expect(ann.subscriptions.held.bytes).toBe(subscriptions);
  });

  it('is told when the rest can not be read', async () => {
    await say(1);
    const ann = new SlowSubscriber('ann');
    broker.beforeAnswer = async (lookUp) => {
      if (lookUp > 1) throw new CommandError('UNAVAILABLE', 'The broker is away.');
    };
    await resume(ann, start);
    await settled();
    expect(ann.types).toEqual(['subscribed', 'message', 'unsubscribed']);
    expect(ann.frames[2]).toMatchObject({ channel: 'lobby', code: 'UNAVAILABLE' });
    expect(ann.subscriptions.size).toBe(0);
  });

  it('finds the newest messages in the history, whoever asks', async () => {
    await sayAll(1, 2, 3);
    const { messages, epoch } = await channels.history('lobby', 2);
    expect(messages.map(({ data }) => data)).toEqual(['2', '3']);
    expect(epoch).toBe(start.epoch);
    expect(await metrics.channelHistoryBytes.value()).toBeGreaterThan(0);
    await expect(channels.history('', 2)).rejects.toMatchObject({ code: 'BAD_FRAME' });
  });
});
