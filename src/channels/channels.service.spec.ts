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
import { Broker, type Message, type Position, type Publication, type Receiver } from './broker.js';
import { ChannelsService } from './channels.service.js';
import { PresenceService } from './presence/presence.service.js';
import { MemoryPresence } from './presence/presence-memory.js';

class FakeSubscriber implements Subscriber {
  readonly sent: Delivery[] = [];
  readonly subscriptions: Subscriptions;
  closed = false;

  constructor(
    readonly id: string,
    limit = 10,
  ) {
    this.subscriptions = new Subscriptions(limit);
  }

  send(frame: Delivery): void {
    this.sent.push(frame);
  }

  async drained(): Promise<void> {
    return;
  }

  get frames(): ServerFrame[] {
    return this.sent.map(frameOf);
  }

  get subscribed(): SubscribedFrame[] {
    return this.frames.filter((frame) => frame.type === 'subscribed');
  }

  get messages(): MessageFrame[] {
    return this.frames.filter((frame) => frame.type === 'message');
  }
}

/** A broker that answers `open` when the test says so. */
class SlowBroker extends Broker {
  readonly presence = new MemoryPresence({ interval: 100, members: 10 });
  readonly closed: string[] = [];
  readonly opening: { resolve: (position: Position) => void; reject: (error: Error) => void; receiver: Receiver }[] =
    [];

  open(_channel: string, receiver: Receiver): Promise<Position> {
    return new Promise((resolve, reject) => this.opening.push({ resolve, reject, receiver }));
  }

  close(channel: string): void {
    this.closed.push(channel);
  }

  async publish(_publication: Publication): Promise<string> {
    return 'slow';
  }

  async after(): Promise<readonly Message[]> {
    return [];
  }

  async newest(): Promise<{ messages: readonly Message[]; epoch: string }> {
    return { messages: [], epoch: 'e' };
  }
}

function channelsOver(broker: Broker, metrics: MetricsService): ChannelsService {
  return new ChannelsService(broker, new PresenceService(broker, new Config(), metrics), metrics);
}

const lobby = { channel: 'lobby', event: 'said', data: { text: 'hi' } };

describe('ChannelsService', () => {
  let metrics: MetricsService;
  let channels: ChannelsService;
  let ann: FakeSubscriber;
  let bob: FakeSubscriber;

  beforeEach(() => {
    metrics = new MetricsService();
    channels = channelsOver(new MemoryBroker(new Config(), metrics), metrics);
    ann = new FakeSubscriber('ann');
    bob = new FakeSubscriber('bob');
  });

  it('answers subscribed, then delivers what is published', async () => {
    await channels.subscribe(ann, { id: '1', channel: 'lobby' });
    const cursor = await channels.publish({ ...lobby, from: 'user-1' });
    const [subscribed, message] = ann.frames;
    expect(subscribed).toEqual({
      type: 'subscribed',
      id: '1',
      channel: 'lobby',
      stream: expect.any(String),
      cursor: expect.stringMatching(/^.{1,64}$/),
      epoch: expect.stringMatching(/^.{1,64}$/),
      durable: false,
    });
    expect(message).toEqual({
      type: 'message',
      channel: 'lobby',
      stream: ann.subscribed[0]?.stream,
      event: 'said',
      data: { text: 'hi' },
      from: 'user-1',
      cursor,
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('hands the very same frame to every subscriber', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    await channels.subscribe(bob, { channel: 'lobby' });
    await channels.publish(lobby);
    expect(ann.sent[1]).toBeDefined();
    expect(ann.sent[1]).toBe(bob.sent[1]);
    expect(ann.subscribed[0]?.stream).toBe(bob.subscribed[0]?.stream);
  });

  it('keeps channels apart', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    await channels.subscribe(bob, { channel: 'lobby/2' });
    await channels.publish(lobby);
    expect(ann.messages).toHaveLength(1);
    expect(bob.messages).toEqual([]);
  });

  it('delivers in the order of publishing, with cursors that differ', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    const published = await Promise.all([1, 2, 3].map(async (data) => channels.publish({ ...lobby, data })));
    expect(ann.messages.map(({ data }) => data)).toEqual([1, 2, 3]);
    expect(ann.messages.map(({ cursor }) => cursor)).toEqual(published);
    expect(new Set(published).size).toBe(3);
  });

  it('leaves out the connection that does not want its own message', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    await channels.subscribe(bob, { channel: 'lobby' });
    await channels.publish({ ...lobby, exclude: ann });
    expect(ann.messages).toEqual([]);
    expect(bob.messages).toHaveLength(1);
  });

  it('names the same stream for the same channel twice, and delivers once', async () => {
    await channels.subscribe(ann, { id: '1', channel: 'lobby' });
    await channels.subscribe(ann, { id: '2', channel: 'lobby' });
    await channels.publish(lobby);
    expect(ann.subscribed.map(({ id }) => id)).toEqual(['1', '2']);
    expect(new Set(ann.subscribed.map(({ stream }) => stream)).size).toBe(1);
    expect(ann.messages).toHaveLength(1);
    expect(ann.subscriptions.size).toBe(1);
  });

  it('tells that nothing before can be recovered where nothing is kept, unless the stream is live', async () => {
    await channels.subscribe(bob, { channel: 'lobby' });
    const { cursor = '' } = bob.subscribed[0] ?? {};
    await channels.publish(lobby);
    await channels.subscribe(ann, { channel: 'lobby', since: cursor });
    await channels.subscribe(ann, { channel: 'lobby', since: cursor });
    expect(ann.subscribed.map(({ recovered }) => recovered)).toEqual([false, true]);
  });

  it('says in subscribed the cursor of the last message', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    const cursor = await channels.publish(lobby);
    await channels.subscribe(bob, { channel: 'lobby' });
    expect(bob.subscribed[0]).toMatchObject({ cursor, epoch: ann.subscribed[0]?.epoch });
  });

  it('stops delivering when the subscription is released, and forgets the empty channel', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    expect(await metrics.channels.value()).toBe(1);
    for (const subscription of ann.subscriptions.find({ channel: 'lobby' })) ann.subscriptions.release(subscription);
    await channels.publish(lobby);
    expect(ann.messages).toEqual([]);
    expect(await metrics.channels.value()).toBe(0);
    expect(await metrics.streams.value()).toBe(0);

    await channels.subscribe(ann, { channel: 'lobby' });
    expect(ann.subscribed[1]?.stream).not.toBe(ann.subscribed[0]?.stream);
  });

  it('refuses a subscription beyond the limit, and keeps no channel for it', async () => {
    const full = new FakeSubscriber('full', 0);
    await expect(channels.subscribe(full, { channel: 'lobby' })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(await metrics.channels.value()).toBe(0);
  });

  it('ends with FORBIDDEN what renewed rights do not cover, and nothing else', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    await channels.subscribe(ann, { channel: 'user:ann' });
    channels.reauthorize(ann, (channel) => (channel === 'lobby' ? 'no' : 'yes'));
    await channels.publish(lobby);
    await channels.publish({ ...lobby, channel: 'user:ann' });
    expect(ann.frames.at(-2)).toMatchObject({ type: 'unsubscribed', channel: 'lobby', code: 'FORBIDDEN' });
    expect(ann.messages.map(({ channel }) => channel)).toEqual(['user:ann']);
  });

  it('ends with RIGHTS_CHANGED what nobody can say rights for now', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    channels.reauthorize(ann, () => 'unknown');
    await channels.publish(lobby);
    expect(ann.frames.at(-1)).toMatchObject({ type: 'unsubscribed', channel: 'lobby', code: 'RIGHTS_CHANGED' });
  });

  it.each([
    ['no', 'FORBIDDEN'],
    ['unknown', 'UNAVAILABLE'],
  ] as const)('begins nothing while the rights to it are: %s', async (permission, code) => {
    const refused = channels.subscribe(ann, { channel: 'lobby' }, () => permission);
    await expect(refused).rejects.toMatchObject({ code });
    expect(ann.frames).toEqual([]);
    expect(await metrics.channels.value()).toBe(0);
  });

  it('delivers a repeated key once and answers the same cursor', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    const [first, inFlight] = await Promise.all([
      channels.publish({ ...lobby, key: 'k', from: 'user-1' }),
      channels.publish({ ...lobby, key: 'k', from: 'user-1' }),
    ]);
    const later = await channels.publish({ ...lobby, key: 'k', from: 'user-1' });
    expect([inFlight, later]).toEqual([first, first]);
    expect(ann.messages).toHaveLength(1);
  });

  it('takes the same key of another principal, or on another channel, for another one', async () => {
    await channels.subscribe(ann, { channel: 'lobby' });
    await channels.subscribe(ann, { channel: 'hall' });
    await channels.publish({ ...lobby, key: 'k', from: 'user-1' });
    await channels.publish({ ...lobby, key: 'k', from: 'user-2' });
    await channels.publish({ ...lobby, key: 'k' });
    await channels.publish({ ...lobby, channel: 'hall', key: 'k', from: 'user-1' });
    expect(ann.messages).toHaveLength(4);
  });

  it('carries data and names that need escaping as they are, and missing data as null', async () => {
    const channel = 'r"ö\u2028m';
    await channels.subscribe(ann, { channel });
    await channels.publish({ channel, event: '"\\\n', data: '</script>\u2028"', from: 'a"b' });
    await channels.publish({ channel, event: 'empty' });
    expect(ann.messages[0]).toMatchObject({ channel, event: '"\\\n', data: '</script>\u2028"', from: 'a"b' });
    expect(ann.messages[1]?.data).toBeNull();
  });

  it.each([
    ['channel', { ...lobby, channel: '' }],
    ['channel', { ...lobby, channel: 'a\u0000b' }],
    ['channel', { ...lobby, channel: 'x'.repeat(257) }],
    ['event', { ...lobby, event: '' }],
    ['event', { ...lobby, event: 'x'.repeat(129) }],
    ['key', { ...lobby, key: '' }],
    ['key', { ...lobby, key: 'x'.repeat(129) }],
    ['data', { ...lobby, data: nested(100_000) }],
  ])('refuses a publish with a bad %s', (field, message) => {
    expect(() => channels.publish(message)).toThrow(
      expect.objectContaining({ code: 'BAD_FRAME', message: expect.stringMatching(new RegExp(`^${field} `)) }),
    );
  });

  it('refuses to subscribe to a channel without a name', async () => {
    await expect(channels.subscribe(ann, { channel: '' })).rejects.toBeInstanceOf(CommandError);
    expect(ann.sent).toEqual([]);
  });

  describe('while the broker opens a channel', () => {
    let broker: SlowBroker;

    beforeEach(() => {
      broker = new SlowBroker();
      channels = channelsOver(broker, metrics);
    });

    it('opens it once for all who wait', async () => {
      const waiting = [channels.subscribe(ann, { channel: 'lobby' }), channels.subscribe(bob, { channel: 'lobby' })];
      expect(broker.opening).toHaveLength(1);
      broker.opening[0]?.resolve({ cursor: 'c', epoch: 'e' });
      await Promise.all(waiting);
      expect(bob.subscribed[0]).toMatchObject({ cursor: 'c', epoch: 'e' });
    });

    it('sends no message before subscribed, and none that subscribed does not account for', async () => {
      const waiting = channels.subscribe(ann, { channel: 'lobby' });
      broker.opening[0]?.receiver.message({ channel: 'lobby', event: 'e', data: '1', time: '', cursor: 'newer' });
      broker.opening[0]?.resolve({ cursor: 'older', epoch: 'e' });
      await waiting;
      expect(ann.frames).toMatchObject([{ type: 'subscribed', cursor: 'newer' }]);
    });

    it('closes it when all who waited have gone', async () => {
      const waiting = channels.subscribe(ann, { channel: 'lobby' });
      ann.closed = true;
      broker.opening[0]?.resolve({ cursor: 'c', epoch: 'e' });
      await waiting;
      expect(ann.subscriptions.size).toBe(0);
      expect(broker.closed).toEqual(['lobby']);
    });

    it('stays open for one who waits when the only subscriber leaves', async () => {
      const waiting = [channels.subscribe(ann, { channel: 'lobby' }), channels.subscribe(bob, { channel: 'lobby' })];
      const leaving = waiting[0]?.then(() => ann.subscriptions.releaseAll());
      broker.opening[0]?.resolve({ cursor: 'c', epoch: 'e' });
      await Promise.all([...waiting, leaving]);
      expect(broker.closed).toEqual([]);
      expect(bob.subscriptions.size).toBe(1);
    });

    it('tells all who are caught up when messages were missed, and goes on from there', async () => {
      const waiting = [channels.subscribe(ann, { channel: 'lobby' }), channels.subscribe(bob, { channel: 'lobby' })];
      broker.opening[0]?.resolve({ cursor: 'c', epoch: 'e' });
      await Promise.all(waiting);
      broker.opening[0]?.receiver.interrupted({ cursor: 'd', epoch: 'f' });
      const [{ stream } = { stream: '' }] = ann.subscribed;
      expect(ann.frames.slice(1)).toEqual([{ type: 'resync', stream, reason: 'interrupted' }]);
      expect(bob.frames.slice(1)).toEqual(ann.frames.slice(1));
      const late = new FakeSubscriber('late');
      await channels.subscribe(late, { channel: 'lobby' });
      expect(late.subscribed[0]).toMatchObject({ cursor: 'd', epoch: 'f' });
      expect(await metrics.exposition()).toContain('edge_hive_resyncs_total{reason="interrupted"} 2');
    });

    it('ends the subscriptions when it closes the channel itself, and opens it anew for the next', async () => {
      const waiting = channels.subscribe(ann, { channel: 'lobby' });
      broker.opening[0]?.resolve({ cursor: 'c', epoch: 'e' });
      await waiting;
      broker.opening[0]?.receiver.closed(new CommandError('UNAVAILABLE', 'The broker gave it up.'));
      expect(ann.frames.at(-1)).toMatchObject({ type: 'unsubscribed', channel: 'lobby', code: 'UNAVAILABLE' });
      expect(ann.subscriptions.size).toBe(0);
      expect(await metrics.channels.value()).toBe(0);
      expect(broker.closed).toEqual([]);
      void channels.subscribe(ann, { channel: 'lobby' });
      expect(broker.opening).toHaveLength(2);
    });

    it('lets nobody join a channel that it closed meanwhile', async () => {
      const waiting = channels.subscribe(ann, { channel: 'lobby' });
      broker.opening[0]?.resolve({ cursor: 'c', epoch: 'e' });
      broker.opening[0]?.receiver.closed(new CommandError('UNAVAILABLE', 'The broker gave it up.'));
      await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(ann.subscriptions.size).toBe(0);
      expect(broker.closed).toEqual([]);
    });

    it('tries again for the next subscriber when it could not be opened', async () => {
      const waiting = channels.subscribe(ann, { channel: 'lobby' });
      broker.opening[0]?.reject(new CommandError('UNAVAILABLE', 'The broker is away.'));
      await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      void channels.subscribe(ann, { channel: 'lobby' });
      expect(broker.opening).toHaveLength(2);
    });
  });
});

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}
