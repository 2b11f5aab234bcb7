import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, Carriage, Message, Position, Publication, Receiver } from '../../src/channels/broker.js';
import type { CommandError } from '../../src/errors/command-error.js';

/** Brokers that carry the same channels: those of several instances, or one as if it were several. */
export interface TestBrokers {
  readonly brokers: readonly [Broker, Broker];
  stop(): Promise<void>;
}

/** Of all that is published. */
const TIME = '2026-01-01T00:00:00.000Z';

/** Who has opened a channel, and what it was called with. */
export class TestReceiver implements Receiver {
  readonly messages: Message[] = [];
  readonly interruptions: Position[] = [];
  readonly reasons: CommandError[] = [];
  private waiters: (() => void)[] = [];

  message(message: Message): void {
    this.messages.push(message);
    this.woke();
  }

  interrupted(position: Position): void {
    this.interruptions.push(position);
    this.woke();
  }

  closed(reason: CommandError): void {
    this.reasons.push(reason);
    this.woke();
  }

  get data(): string[] {
    return this.messages.map(({ data }) => data);
  }

  /** Settles when a condition holds; it is looked at after each call. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  private woke(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const wake of waiters) wake();
  }
}

/** Bytes of one channel's history that the brokers of a test are to keep. */
export const CHANNEL_BYTES = 1024 * 1024;

/** Longest age of a history that a test waits for, in ms. */
const SHORT_MS = 300;

let channels = 0;

/** What every broker has to do, whatever it is made of. */
export function brokerContract(name: string, start: () => Promise<TestBrokers>): void {
  describe(name, () => {
    let started: TestBrokers;
    let here: Broker;
    let there: Broker;

    beforeAll(async () => {
      started = await start();
      [here, there] = started.brokers;
    });
    afterAll(() => started.stop());

    const history = { size: 100, age: 60_000 };
    /** A name of its own for each test. */
    const fresh = () => `contract:${(channels += 1)}`;
    const say = async (
      channel: string,
      data: string,
      carriage: Carriage = { history },
      more: Partial<Publication> = {},
    ) => there.publish({ channel, event: 'said', data, time: TIME, ...more }, carriage);
    const sayAll = async (channel: string, ...data: string[]) => {
      const cursors: string[] = [];
      for (const one of data) cursors.push(await say(channel, one));
      return cursors;
    };
    /** Opens a channel here. */
    const open = async (channel: string) => {
      const receiver = new TestReceiver();
      return { receiver, position: await here.open(channel, receiver, 'principal:ann') };
    };
    const after = async (channel: string, since: Position | { cursor: string }, limit = 1_000) => {
      const data: string[] = [];
      for (let cursor = since.cursor; ;) {
        const page = await here.after(channel, { ...since, cursor }, limit - data.length);
        if (!page) return undefined;
        data.push(...page.map((message) => message.data));
        cursor = page.at(-1)?.cursor ?? cursor;
        if (page.length === 0 || data.length >= limit) return data;
      }
    };

    it('hands on what is published on another instance, as it was', async () => {
      const channel = `${fresh()} {r"ö\u2028m}%`;
      const { receiver } = await open(channel);
      const message = { event: '"\\\n', data: '{"text":"</script>\u2028\\n😀"}', from: 'a"b', exclude: 'c-1' };
      const cursor = await say(channel, message.data, {}, message);
      await receiver.until(() => receiver.messages.length === 1);
      expect(receiver.messages[0]).toMatchObject({ channel, ...message, time: TIME, cursor });
      expect(cursor).toMatch(/^.{1,64}$/);
    });

    it('hands on in one order what is published on all instances at once', async () => {
      const channel = fresh();
      const { receiver } = await open(channel);
      const other = new TestReceiver();
      if (there !== here) await there.open(channel, other, 'principal:bob');
      await Promise.all(
        Array.from({ length: 200 }, async (_, n) =>
          (n % 2 ? here : there).publish({ channel, event: 'e', data: String(n), time: TIME }, { history }),
        ),
      );
      await receiver.until(() => receiver.messages.length === 200);
      expect(new Set(receiver.data).size).toBe(200);
      expect(new Set(receiver.messages.map(({ cursor }) => cursor)).size).toBe(200);
      expect(receiver.data.filter((data) => Number(data) % 2).map(Number)).toEqual(odd(200));
      if (there === here) return;
      await other.until(() => other.messages.length === 200);
      expect(other.messages).toEqual(receiver.messages);
      there.close(channel);
    });

    it('begins behind the position that it answers', async () => {
      const channel = fresh();
      await sayAll(channel, '1', '2');
      const { receiver, position } = await open(channel);
      expect(position.epoch).toMatch(/^.{1,64}$/);
      await say(channel, '3');
      await receiver.until(() => receiver.messages.length > 0);
      expect(receiver.data).toEqual(['3']);
      expect(await after(channel, position)).toEqual(['3']);
    });

    it('hands on nothing of a channel that is closed, or another', async () => {
      const [channel, another] = [fresh(), fresh()];
      const { receiver } = await open(channel);
      const { receiver: other } = await open(another);
      here.close(channel);
      await say(channel, '1');
      await say(another, '2');
      await other.until(() => other.messages.length > 0);
      expect(receiver.messages).toEqual([]);
      expect(other.data).toEqual(['2']);
    });

    it('knows a channel that is opened again at the place where it was left', async () => {
      const channel = fresh();
      const { position } = await open(channel);
      here.close(channel);
      await sayAll(channel, '1', '2');
      await open(channel);
      expect(await after(channel, position)).toEqual(['1', '2']);
    });

    it('tells what came after a place, so many at most', async () => {
      const channel = fresh();
      const { receiver, position } = await open(channel);
      const cursors = await sayAll(channel, '1', '2', '3', '4');
      await receiver.until(() => receiver.messages.length === 4);
      expect(await after(channel, position, 3)).toEqual(['1', '2', '3']);
      expect(await after(channel, { cursor: cursors[1] ?? '', epoch: position.epoch })).toEqual(['3', '4']);
      expect(await after(channel, { cursor: cursors[3] ?? '' })).toEqual([]);
    });

    it('keeps no more messages than it is told to', async () => {
      const channel = fresh();
      const { receiver, position } = await open(channel);
      const cursors: string[] = [];
      for (const data of ['1', '2', '3', '4'])
        cursors.push(await say(channel, data, { history: { size: 2, age: 60_000 } }));
      await receiver.until(() => receiver.messages.length === 4);
      expect((await here.newest(channel, 10)).messages.map(({ data }) => data)).toEqual(['3', '4']);
      expect(await after(channel, { cursor: cursors[1] ?? '' })).toEqual(['3', '4']);
      expect(await after(channel, { cursor: cursors[0] ?? '' })).toBeUndefined();
      expect(await after(channel, position)).toBeUndefined();
    });

    it('keeps no message for longer than it is told to', async () => {
      const channel = fresh();
      const { receiver, position } = await open(channel);
      const cursor = await say(channel, '1', { history: { size: 9, age: SHORT_MS } });
      await delay(SHORT_MS / 2);
      await say(channel, '2', { history: { size: 9, age: SHORT_MS } });
      await receiver.until(() => receiver.messages.length === 2);
      await delay(SHORT_MS / 2 + 20);
      const { messages } = await here.newest(channel, 10);
      expect(messages.map(({ data }) => data)).not.toContain('1');
      expect(await after(channel, position)).toBeUndefined();
      await delay(SHORT_MS);
      expect((await here.newest(channel, 10)).messages).toEqual([]);
      expect(await after(channel, { cursor })).toBeUndefined();
    });

    it('keeps no more bytes of one channel than it may, and leaves no hole', async () => {
      const channel = fresh();
      const { receiver } = await open(channel);
      const cursors: string[] = [];
      for (let n = 0; n < 30; n += 1) cursors.push(await say(channel, JSON.stringify(n + 'x'.repeat(100_000))));
      await receiver.until(() => receiver.messages.length === 30);
      const { messages } = await here.newest(channel, 100);
      expect(messages.length).toBeGreaterThan(1);
      expect(messages.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThan(CHANNEL_BYTES);
      expect(messages.map(({ cursor }) => cursor)).toEqual(cursors.slice(-messages.length));
      expect(await after(channel, { cursor: cursors.at(-messages.length - 1) ?? '' })).toHaveLength(messages.length);
      expect(await after(channel, { cursor: cursors.at(-messages.length - 2) ?? '' })).toBeUndefined();
    });

    it('reaches back to no message that was not to be kept, nor before it', async () => {
      const channel = fresh();
      const { receiver, position } = await open(channel);
      await say(channel, '1');
      const cursor = await say(channel, '"not kept"', {});
      await say(channel, '2');
      await receiver.until(() => receiver.messages.length === 3);
      expect(receiver.interruptions).toEqual([]);
      expect(await after(channel, position)).toBeUndefined();
      expect(await after(channel, { cursor })).toEqual(['2']);
      expect((await here.newest(channel, 10)).messages.map(({ data }) => data)).toEqual(['2']);
    });

    it('tells the newest messages of any channel, oldest first, so many at most', async () => {
      const channel = fresh();
      await sayAll(channel, '1', '2', '3');
      const { messages, epoch } = await here.newest(channel, 2);
      expect(messages.map(({ data }) => data)).toEqual(['2', '3']);
      expect((await open(channel)).position).toEqual({ cursor: messages[1]?.cursor, epoch });
      expect((await here.newest(fresh(), 2)).messages).toEqual([]);
    });

    it('tells nothing from a place that it can not know', async () => {
      const channel = fresh();
      const { receiver, position } = await open(channel);
      const { cursor, epoch } = position;
      await say(channel, '1');
      await receiver.until(() => receiver.messages.length === 1);
      const another = (await open(fresh())).position;
      expect(await after(channel, { cursor, epoch: 'another' })).toBeUndefined();
      expect(await after(channel, { cursor: 'AAAAAAAA.1', epoch })).toBeUndefined();
      expect(await after(channel, { cursor: 'AAAAAAAA.1' })).toBeUndefined();
      expect(await after(channel, { cursor: 'AAAAAAAA.1~1.AAAA' })).toBeUndefined();
      expect(await after(channel, { cursor: cursor.replace(/(?<=\.)[0-9a-z]+/, 'zzzzzzzz'), epoch })).toBeUndefined();
      expect(await after(channel, another)).toBeUndefined();
    });

    it.each(['', 'nonsense', 'AAAAAAAA.', 'AAAAAAAA.1.2', 'AAAAAAAA~1', 'AAAAAAAA.1~1', 'AAAAAAAA.1~1.AAAAA'])(
      'refuses %j, which is no cursor',
      async (cursor) => {
        const channel = fresh();
        await open(channel);
        await expect(here.after(channel, { cursor }, 1)).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
      },
    );

    it('carries a repeated key once, wherever it is repeated, also while the first is on its way', async () => {
      const channel = fresh();
      const { receiver } = await open(channel);
      const publication = { channel, event: 'e', data: '1', from: 'ann', time: TIME };
      const cursors = await Promise.all(
        [here, there, here].map(async (broker) => broker.publish(publication, { key: 'k', history })),
      );
      const later = await there.publish(publication, { key: 'k' });
      expect(new Set([...cursors, later]).size).toBe(1);
      await say(channel, '"end"');
      await receiver.until(() => receiver.data.includes('"end"'));
      expect(receiver.data).toEqual(['1', '"end"']);
    });

    it.each([
      ['with a history', 2],
      ['without one', 0],
    ] as const)(
      'answers what is published at once each its own, repeats of a key among it, %s',
      async (_name, size) => {
        const channel = fresh();
        const { receiver } = await open(channel);
        const kept = size > 0 ? { history: { size, age: 60_000 } } : {};
        const publish = async (data: string, key?: string) =>
          there.publish({ channel, event: 'e', data, from: 'ann', time: TIME }, { key, ...kept });
        const first = await publish('0', 'before');
        const sent = ['1', '2 b', '3 a', '4 before', '5', '6 a', '7'].map((text) => text.split(' '));
        const cursors = await Promise.all(sent.map(([data = '', key]) => publish(data, key)));
        await receiver.until(() => receiver.messages.length === 6);
        expect(receiver.data).toEqual(['0', '1', '2', '3', '5', '7']);
        const [, one, two, three, five, seven] = receiver.messages.map(({ cursor }) => cursor);
        expect(cursors).toEqual([one, two, three, first, five, three, seven]);
        expect((await here.newest(channel, 10)).messages).toEqual(receiver.messages.slice(6 - size));
      },
    );

    it('takes the same key of another principal, or on another channel, for another one', async () => {
      const [channel, another] = [fresh(), fresh()];
      const publish = async (on: string, from: string | undefined) =>
        here.publish({ channel: on, event: 'e', data: '1', from, time: TIME }, { key: 'k' });
      const cursors = [
        await publish(channel, 'ann'),
        await publish(channel, 'bob'),
        await publish(channel, undefined),
        await publish(channel, 'null'),
        await publish(another, 'ann'),
      ];
      expect(new Set(cursors).size).toBe(5);
    });

    it('has a member leave whose connection another instance has lost, and nobody else', async () => {
      const channel = fresh();
      const names = ['held', 'lost', 'back'].map((key) => ({ id: 'ann', key }));
      const enter = async (broker: Broker, name: { id: string; key: string }) =>
        broker.presence.enter(channel, { ...name, state: '{}', since: TIME }, false);
      for (const name of names) await enter(here, name);
      const [, ...lost] = names;
      for (const name of lost) here.presence.lost(channel, name);
      // What an instance says of its members counts in the order in which it says it: here of all that it has said.
      for (const name of names.slice(2)) await enter(here, name);
      for (const name of names) await there.presence.dismiss(channel, name);
      const { members } = await there.presence.attendance(channel, 10);
      expect(members.map(({ key }) => key).sort()).toEqual(['back', 'held']);
    });

    it('leaves a member to the instance that it came to last, whatever another one says late of it', async () => {
      const channel = fresh();
      const enter = async (broker: Broker, n: number, update: boolean) =>
        broker.presence.enter(channel, { id: 'ann', key: 'k', state: `{"n":${n}}`, since: TIME }, update);
      expect(await enter(here, 1, false)).toBe(true);
      expect(await enter(here, 2, true)).toBe(true);
      expect(await enter(there, 3, false)).toBe(true);
      // One broker has no other.
      expect(await enter(here, 4, true)).toBe(here === there);
      const state = async () => (await there.presence.attendance(channel, 10)).members.map((member) => member.state);
      expect(await state()).toEqual([`{"n":${here === there ? 4 : 3}}`]);
      expect(await enter(here, 5, false)).toBe(true);
      expect(await state()).toEqual(['{"n":5}']);
    });

    it('numbers each channel for itself, from where nobody can know', async () => {
      const numbers = await Promise.all(
        Array.from({ length: 20 }, async () => (await open(fresh())).position.cursor.split(/[.~]/)[1]),
      );
      expect(new Set(numbers).size).toBe(20);
    });
  });
}

const odd = (below: number) => Array.from({ length: below / 2 }, (_, n) => 2 * n + 1);
