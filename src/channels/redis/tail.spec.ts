import { beforeEach, describe, expect, it } from '@jest/globals';
import { MetricsService } from '../../metrics/metrics.service.js';
import type { Message, Position, Receiver } from '../broker.js';
import type { Carried } from './carried.js';
import type { Place } from './place.js';
import { Tail, type Stretch } from './tail.js';

/** A channel in Redis, and what of it an instance is handed. */
class Rig implements Receiver {
  readonly events: string[] = [];
  readonly log: Carried[] = [];
  head: Place = { epoch: 'AAAAAAAA', number: 0, at: 0, mark: 'm000' };
  /** How many of the newest are kept. */
  kept = Infinity;
  reads = 0;
  beforeAnswer: (() => void) | undefined;
  readonly metrics = new MetricsService();
  readonly tail = new Tail('c', this, (after) => this.read(after), this.metrics);

  message({ data }: Message): void {
    this.events.push(data);
  }

  interrupted({ cursor }: Position): void {
    this.events.push(`interrupted at ${cursor.split('~')[0]}`);
  }

  closed(): void {
    this.events.push('closed');
  }

  /** Publishes; whether it comes live is the test's to say. */
  publish(data: string): Carried {
    const { epoch, number, mark: previous } = this.head;
    const place = { epoch, number: number + 1, at: number + 1, mark: `m${Math.random().toString(36).slice(2, 5)}` };
    this.head = place;
    const carried = { place, previous, message: { channel: 'c', event: 'e', data, time: '', cursor: data } };
    this.log.push(carried);
    return carried;
  }

  private async read(after: Place | undefined): Promise<Stretch> {
    this.reads += 1;
    const { head } = this;
    const kept = this.log.slice(-Math.min(this.kept, this.log.length));
    const messages = after ? kept.filter(({ place }) => place.at > after.at).slice(0, 2) : [];
    await new Promise((resolve) => setImmediate(resolve));
    const { beforeAnswer } = this;
    this.beforeAnswer = undefined;
    beforeAnswer?.();
    return { head, messages: this.kept === 0 ? [] : messages };
  }
}

describe('Tail', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = new Rig();
    await rig.tail.catchUp();
    rig.reads = 0;
  });

  it('hands on what follows, without asking', () => {
    for (const data of ['1', '2', '3']) rig.tail.received(rig.publish(data));
    expect(rig.events).toEqual(['1', '2', '3']);
    expect(rig.reads).toBe(0);
  });

  it('reads what is missing where one does not follow, and goes on with what came meanwhile', async () => {
    rig.tail.received(rig.publish('1'));
    for (const data of ['2', '3', '4']) rig.publish(data);
    rig.tail.received(rig.publish('5'));
    rig.tail.received(rig.publish('6'));
    await rig.tail.catchUp();
    rig.tail.received(rig.publish('7'));
    expect(rig.events).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(await rig.metrics.exposition()).toContain('edge_hive_channel_gaps_total{outcome="filled"}');
  });

  it('hands on nothing twice: what was read can come live after it', async () => {
    const late = [rig.publish('1'), rig.publish('2')];
    await rig.tail.catchUp();
    for (const carried of late) rig.tail.received(carried);
    rig.tail.received(rig.publish('3'));
    expect(rig.events).toEqual(['1', '2', '3']);
  });

  it('says that messages are missing which are no longer kept, and goes on behind them', async () => {
    rig.kept = 0;
    rig.publish('1');
    rig.tail.received(rig.publish('2'));
    rig.tail.received(rig.publish('3'));
    await rig.tail.catchUp();
    rig.tail.received(rig.publish('4'));
    expect(rig.events).toEqual(['interrupted at AAAAAAAA.2', '3', '4']);
  });

  it('goes on live behind an interruption while messages go on as it reads', async () => {
    rig.kept = 0;
    rig.publish('1');
    rig.beforeAnswer = () => rig.tail.received(rig.publish('3'));
    rig.tail.received(rig.publish('2'));
    await rig.tail.catchUp();
    expect(rig.events).toEqual(['interrupted at AAAAAAAA.2', '3']);
  });

  it('says nothing of messages that are not kept and came live while it read', async () => {
    rig.kept = 0;
    const { place } = rig.tail;
    if (!place) throw new Error('It is open.');
    const late = [rig.publish('1'), rig.publish('2')];
    rig.beforeAnswer = () => late.forEach((carried) => rig.tail.received(carried));
    expect(await rig.tail.looked(place, rig.head)).toBe(false);
    rig.tail.received(rig.publish('3'));
    expect(rig.events).toEqual(['1', '2', '3']);
  });

  it('notices a number that is given again to another message', async () => {
    rig.tail.received(rig.publish('1'));
    const before = rig.head;
    rig.tail.received(rig.publish('lost'));
    rig.head = before;
    rig.log.pop();
    rig.publish('2');
    const looked = rig.tail.place;
    if (!looked) throw new Error('It is open.');
    expect(await rig.tail.looked(looked, rig.head)).toBe(true);
    rig.tail.received(rig.publish('3'));
    expect(rig.events).toEqual(['1', 'lost', 'interrupted at AAAAAAAA.2', '3']);
  });

  it('notices another epoch, and a channel that Redis does not know', async () => {
    rig.tail.received(rig.publish('1'));
    const looked = rig.tail.place;
    if (!looked) throw new Error('It is open.');
    rig.head = { epoch: 'BBBBBBBB', number: 40, at: 0, mark: 'm000' };
    rig.log.length = 0;
    expect(await rig.tail.looked(looked, undefined)).toBe(true);
    rig.tail.received(rig.publish('2'));
    expect(rig.events).toEqual(['1', 'interrupted at BBBBBBBB.14', '2']);
  });

  it('takes a head that it has passed meanwhile for what it is', async () => {
    const before = rig.tail.place;
    rig.tail.received(rig.publish('1'));
    const { head } = rig;
    rig.tail.received(rig.publish('2'));
    if (!before) throw new Error('It is open.');
    expect(await rig.tail.looked(before, head)).toBe(false);
    expect(await rig.tail.looked(before, before)).toBe(false);
    expect(rig.reads).toBe(0);
  });

  it('hands on nothing once it is closed', async () => {
    rig.beforeAnswer = () => rig.tail.close();
    rig.publish('1');
    rig.tail.received(rig.publish('2'));
    await rig.tail.catchUp();
    rig.tail.received(rig.publish('3'));
    expect(rig.events).toEqual([]);
  });
});
