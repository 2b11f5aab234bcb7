import { beforeEach, describe, expect, it } from '@jest/globals';
import { Config } from '../../config/config.js';
import { Subscriptions } from '../../delivery/subscriptions.js';
import type { Subscriber } from '../../delivery/subscriber.js';
import { CommandError } from '../../errors/command-error.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import type { Broker } from '../broker.js';
import type { Member, MemberName } from './member.js';
import type { Attendance, KnownMembers, PresenceBroker } from './presence-broker.js';
import { PresenceService } from './presence.service.js';
import { Roster } from './roster.js';

/** Answers when the test says so, as one that reaches other instances does. */
class SlowPresence implements PresenceBroker {
  readonly said: string[] = [];
  readonly answers: { resolve: (isThere?: boolean) => void; reject: (error: Error) => void }[] = [];

  enter(_channel: string, { key, state }: Member, update: boolean): Promise<boolean> {
    this.said.push(`${update ? 'update' : 'enter'} ${key} ${state}`);
    return new Promise((resolve, reject) => {
      this.answers.push({ resolve: (isThere = true) => resolve(isThere), reject });
    });
  }

  leave(_channel: string, { key }: MemberName): void {
    this.said.push(`leave ${key}`);
  }

  lost(_channel: string, { key }: MemberName): void {
    this.said.push(`lost ${key}`);
  }

  dismiss(_channel: string, { key }: MemberName): Promise<void> {
    this.said.push(`dismiss ${key}`);
    return new Promise((resolve, reject) => this.answers.push({ resolve: () => resolve(), reject }));
  }

  watch(): KnownMembers {
    return new Roster();
  }

  unwatch(): void {
    // Nobody watches.
  }

  attendance(): Attendance {
    return { members: [], count: 0, principals: 0 };
  }
}

function subscriberOf(id: string): Subscriber {
  const subscriptions = new Subscriptions(10);
  subscriptions.add({ stream: 's', target: { channel: 'lobby' }, bytes: 0, release: () => undefined });
  return {
    id,
    owner: { kind: 'principal', name: 'ann' },
    subscriptions,
    closed: false,
    send: () => undefined,
    drained: async () => undefined,
  };
}

describe('presence over a broker that takes its time', () => {
  let broker: SlowPresence;
  let presence: PresenceService;
  const set = (subscriber: Subscriber, state: string | null) =>
    presence.set(subscriber, { channel: 'lobby', key: 'k', state });
  const away = new CommandError('UNAVAILABLE', 'The broker is away.');

  beforeEach(() => {
    broker = new SlowPresence();
    presence = new PresenceService({ presence: broker } as unknown as Broker, new Config(), new MetricsService());
  });

  it('says what became of a presence in the order in which it did, also before it is known that it came', async () => {
    const ann = subscriberOf('1');
    const entering = set(ann, '{}');
    await set(ann, null);
    void set(ann, '{"n":1}');
    presence.release(ann, 'lobby');
    broker.answers[0]?.resolve();
    await entering;
    expect(broker.said).toEqual(['enter k {}', 'leave k', 'enter k {"n":1}', 'leave k']);
  });

  it('ends one of which it isn’t known whether it came', async () => {
    const ann = subscriberOf('1');
    const entering = set(ann, '{}');
    broker.answers[0]?.reject(away);
    await expect(entering).rejects.toBe(away);
    expect(broker.said).toEqual(['enter k {}', 'leave k']);
    expect(ann.subscriptions.held.bytes).toBe(0);
  });

  it('lets one stay that came over another connection meanwhile', async () => {
    const [first, second] = [subscriberOf('1'), subscriberOf('2')];
    const entering = set(first, '{}');
    void set(second, '{}');
    broker.answers[0]?.reject(away);
    await expect(entering).rejects.toBe(away);
    expect(broker.said).toEqual(['enter k {}', 'enter k {}']);
  });

  it('leaves one that was there as it was, when its update is refused', async () => {
    const ann = subscriberOf('1');
    const entering = set(ann, '{}');
    broker.answers[0]?.resolve();
    await entering;
    const updating = set(ann, '{"n":1}');
    broker.answers[1]?.reject(away);
    await expect(updating).rejects.toBe(away);
    expect(broker.said).toEqual(['enter k {}', 'update k {"n":1}']);
    await set(ann, null);
    expect(broker.said.at(-1)).toBe('leave k');
  });

  it('has one leave of which this instance knows nothing, where its connection is gone, and says when that failed', async () => {
    const leaving = set(subscriberOf('1'), null);
    expect(broker.said).toEqual(['dismiss k']);
    broker.answers[0]?.reject(away);
    await expect(leaving).rejects.toBe(away);
  });

  it('takes none back from another instance by an update that comes late, but when it is said again', async () => {
    const ann = subscriberOf('1');
    void set(ann, '{}');
    broker.answers[0]?.resolve();
    const updating = set(ann, '{"n":1}');
    broker.answers[1]?.resolve(false);
    await expect(updating).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(ann.subscriptions.held.bytes).toBe(0);
    void set(ann, '{"n":2}');
    presence.release(ann, 'lobby');
    expect(broker.said).toEqual(['enter k {}', 'update k {"n":1}', 'enter k {"n":2}', 'leave k']);
  });

  it('lets nobody end one that another connection has', async () => {
    void set(subscriberOf('1'), '{}');
    await set(subscriberOf('2'), null);
    expect(broker.said).toEqual(['enter k {}']);
  });

  it('books a presence on the account of the connection that has it', () => {
    const [first, second] = [subscriberOf('1'), subscriberOf('2')];
    void set(first, '{}');
    const { bytes } = first.subscriptions.held;
    expect(bytes).toBeGreaterThan(0);
    void set(second, '{}');
    expect([first.subscriptions.held.bytes, second.subscriptions.held.bytes]).toEqual([0, bytes]);
    presence.release(first, 'lobby');
    expect(second.subscriptions.held.bytes).toBe(bytes);
    presence.release(second, 'lobby');
    expect(second.subscriptions.held.bytes).toBe(0);
  });
});
