import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PolicyService } from '../auth/policy/policy.service.js';
import type { Principal } from '../auth/tokens/principal.js';
import { Subscriptions } from '../delivery/subscriptions.js';
import type { ChannelRights } from '../session/channel-rights.js';
import type { PublishPermits } from '../session/publish-permits.js';
import type { Session } from '../session/session.js';
import { CommandGuard } from './command.guard.js';
import type { CommandFrame } from './parse-frame.js';

const ANN: Principal = { id: 'ann', roles: [], claims: {} };
const HISTORY = { size: 3, ageMs: 1_000 };

/** What the guard looks at of a session. */
class Caller {
  readonly subscriptions = new Subscriptions(2);
  permits: PublishPermits | undefined;
  constructor(readonly principal?: Principal) {}
  get caller() {
    return { ...(this.principal && { principal: this.principal }), local: false };
  }
}

describe('CommandGuard', () => {
  const mayUse = jest.fn((_: unknown, channel: string, use: string): boolean | Promise<boolean> =>
    channel.startsWith('asked') ? Promise.resolve(channel.includes(use)) : channel.startsWith(use),
  );
  const channelHistory = jest.fn(() => HISTORY);
  const policyRights = jest.fn((_: unknown, topic: string) => (topic === 'open' ? {} : undefined));
  const guard = new CommandGuard(
    { channelHistory, policyRights } as unknown as PolicyService,
    { mayUse } as unknown as ChannelRights,
  );
  const check = (caller: Caller, frame: CommandFrame) => guard.check(caller as unknown as Session, frame);
  const refused = (code: string, field: string) =>
    expect.objectContaining({ code, message: expect.stringMatching(`^${field}:`) as unknown });

  beforeEach(() => void jest.clearAllMocks());

  it.each<[CommandFrame, string]>([
    [{ type: 'subscribe', topic: 'closed' }, 'topic'],
    [{ type: 'subscribe', channel: 'publish only' }, 'channel'],
    [{ type: 'subscribe', channel: 'subscribe only', presence: true }, 'presence'],
    [{ type: 'publish', channel: 'subscribe only' }, 'channel'],
    [{ type: 'presence', channel: 'subscribe only', state: {} }, 'channel'],
  ])('refuses what the policy does: %j', (frame, field) => {
    expect(() => check(new Caller(ANN), frame)).toThrow(refused('FORBIDDEN', field));
  });

  it.each<[CommandFrame, string]>([
    [{ type: 'ping' }, 'type'],
    [{ type: 'publish', channel: 'publish' }, 'channel'],
    [{ type: 'presence', channel: 'presence', state: {} }, 'channel'],
    [{ type: 'unsubscribe', topic: 'open' }, 'topic'],
    [{ type: 'anything' }, 'type'],
  ])('asks who has shown no token to authenticate first: %j', (frame, field) => {
    expect(() => check(new Caller(), frame)).toThrow(refused('UNAUTHENTICATED', field));
  });

  it.each<CommandFrame>([
    { type: 'auth' },
    { type: 'subscribe', topic: 'open' },
    { type: 'subscribe', channel: 'subscribe' },
  ])('lets those without a token do what needs none: %j', (frame) => {
    expect(() => check(new Caller(), frame)).not.toThrow();
  });

  it('lets those without a token end what they have', () => {
    const caller = new Caller();
    const subscription = { stream: 's', target: { topic: 'open' }, bytes: 1, release: () => undefined };
    caller.subscriptions.add(subscription);
    expect(() => check(caller, { type: 'unsubscribe', topic: 'open' })).not.toThrow();
    expect(() => check(caller, { type: 'unsubscribe', topic: 'other' })).toThrow(refused('UNAUTHENTICATED', 'topic'));
  });

  it.each<CommandFrame>([
    { type: 'subscribe', topic: 1 },
    { type: 'publish', channel: ['publish'] },
    { type: 'presence', channel: null },
  ])('leaves fields of the wrong type to those who validate them: %j', (frame) => {
    expect(() => check(new Caller(ANN), frame)).not.toThrow();
    expect(mayUse).not.toHaveBeenCalled();
  });

  it('notes what it has decided about publishing, and asks the policy once', () => {
    const caller = new Caller(ANN);
    for (let n = 0; n < 3; n += 1) void check(caller, { type: 'publish', channel: 'publish' });
    expect(caller.permits?.get('publish')).toEqual({ channel: 'publish', history: HISTORY });
    expect(mayUse).toHaveBeenCalledTimes(1);
    expect(channelHistory).toHaveBeenCalledTimes(1);
  });

  it('notes no permit for what it refuses, nor for a name that is none', () => {
    const caller = new Caller(ANN);
    expect(() => check(caller, { type: 'publish', channel: 'other' })).toThrow();
    void check(caller, { type: 'publish', channel: `publish${'x'.repeat(300)}` });
    expect(caller.permits).toBeUndefined();
  });

  it('waits for what the database is asked', async () => {
    const caller = new Caller(ANN);
    await check(caller, { type: 'publish', channel: 'asked publish' });
    expect(caller.permits?.get('asked publish')).toEqual({ channel: 'asked publish', history: HISTORY });
    await check(caller, { type: 'subscribe', channel: 'asked subscribe, presence', presence: true });
    const refusals: readonly (readonly [CommandFrame, string])[] = [
      [{ type: 'publish', channel: 'asked' }, 'channel'],
      [{ type: 'subscribe', channel: 'asked' }, 'channel'],
      [{ type: 'subscribe', channel: 'asked subscribe', presence: true }, 'presence'],
    ];
    for (const [frame, field] of refusals) {
      await expect(check(caller, frame)).rejects.toEqual(refused('FORBIDDEN', field));
    }
    expect(caller.permits?.get('asked')).toBeUndefined();
  });
});
