import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { PolicyService } from '../auth/policy/policy.service.js';
import type { Principal } from '../auth/tokens/principal.js';
import { Subscriptions } from '../delivery/subscriptions.js';
import { CommandError } from '../errors/command-error.js';
import type { RightsService } from '../rights/rights.service.js';
import type { TopicGrant } from '../rights/topic-grant.js';
import type { ChannelRights } from '../session/channel-rights.js';
import type { PublishPermits } from '../session/publish-permits.js';
import type { Session } from '../session/session.js';
import { CommandGuard } from './command.guard.js';
import { grantOf } from './granted.js';
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
  const current = jest.fn(() => 'unknown');
  const channelHistory = jest.fn(() => HISTORY);
  const GRANT: TopicGrant = { rights: {}, now: () => ({}), mayDefine: false };
  const findGrant = jest.fn(async (_: unknown, topic: string) => {
    if (topic === 'away') throw new CommandError('UNAVAILABLE', 'topic: the database does not answer now.');
    if (topic !== 'open') throw new CommandError('FORBIDDEN', 'topic: no permission to select from it.');
    return GRANT;
  });
  const guard = new CommandGuard(
    { channelHistory } as unknown as PolicyService,
    { mayUse, current } as unknown as ChannelRights,
    { grant: findGrant } as unknown as RightsService,
  );
  const contextOf = (caller: Caller, frame: CommandFrame) => new ExecutionContextHost([caller, frame]);
  const activate = async (caller: Caller, frame: CommandFrame) => guard.canActivate(contextOf(caller, frame));
  const granted = (frame: CommandFrame) => grantOf(contextOf(new Caller(), frame));
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
  ])('refuses what the policy does: %j', async (frame, field) => {
    await expect(activate(new Caller(ANN), frame)).rejects.toEqual(refused('FORBIDDEN', field));
    expect(granted(frame)).toBeUndefined();
  });

  it.each<CommandFrame>([
    { type: 'subscribe', channel: '' },
    { type: 'publish', channel: 'c'.repeat(257) },
    { type: 'presence', channel: 'closed\u0000', state: {} },
  ])(
    'says what is wrong with a name that no channel can have, where the policy lets nobody use it: %j',
    async (frame) => {
      const wrong = { code: 'BAD_FRAME', message: expect.stringMatching(/^channel has to be/) as unknown };
      await expect(activate(new Caller(ANN), frame)).rejects.toEqual(expect.objectContaining(wrong));
      await expect(activate(new Caller(), frame)).rejects.toEqual(refused('UNAUTHENTICATED', 'channel'));
      expect(granted(frame)).toBeUndefined();
    },
  );

  it.each<[CommandFrame, string]>([
    [{ type: 'ping' }, 'type'],
    [{ type: 'subscribe', topic: 'closed' }, 'topic'],
    [{ type: 'publish', channel: 'publish' }, 'channel'],
    [{ type: 'presence', channel: 'presence', state: {} }, 'channel'],
    [{ type: 'unsubscribe', topic: 'open' }, 'topic'],
    [{ type: 'anything' }, 'type'],
  ])('asks who has shown no token to authenticate first: %j', async (frame, field) => {
    await expect(activate(new Caller(), frame)).rejects.toEqual(refused('UNAUTHENTICATED', field));
  });

  it.each<CommandFrame>([
    { type: 'auth' },
    { type: 'subscribe', topic: 'open' },
    { type: 'subscribe', channel: 'subscribe' },
  ])('lets those without a token do what needs none: %j', async (frame) => {
    expect(await activate(new Caller(), frame)).toBe(true);
  });

  it('asks once for the rights to a table, and hands them on with the command', async () => {
    const frame: CommandFrame = { type: 'subscribe', topic: 'open' };
    expect(await activate(new Caller(ANN), frame)).toBe(true);
    const found = granted(frame);
    expect(found?.kind === 'topic' && found.topic).toBe(GRANT);
    expect(granted({ ...frame })).toBeUndefined();
    expect(findGrant.mock.calls).toEqual([[{ principal: ANN, local: false }, 'open']]);
  });

  it('hands on with a subscription to a channel what may be done there by then', async () => {
    const caller = new Caller(ANN);
    const frame: CommandFrame = { type: 'subscribe', channel: 'asked subscribe, presence', presence: true };
    await activate(caller, frame);
    const found = granted(frame);
    expect(found?.kind === 'channel' && found.mayUse('asked subscribe, presence', 'subscribe')).toBe('unknown');
    expect(current.mock.calls).toEqual([[caller, 'asked subscribe, presence', 'subscribe']]);
    expect(mayUse).toHaveBeenCalledTimes(2);
  });

  it('lets through no command whose rights are not known now', async () => {
    const frame: CommandFrame = { type: 'subscribe', topic: 'away' };
    await expect(activate(new Caller(ANN), frame)).rejects.toEqual(refused('UNAVAILABLE', 'topic'));
    expect(granted(frame)).toBeUndefined();
  });

  it.each<CommandFrame>([
    { type: 'subscribe', topic: '' },
    { type: 'subscribe', topic: 'x'.repeat(257) },
    { type: 'subscribe', topic: 'open', channel: 'subscribe' },
    { type: 'unsubscribe', topic: 'open' },
  ])('asks the database nothing about what can be no subscription to a table: %j', async (frame) => {
    await activate(new Caller(ANN), frame);
    expect(findGrant).not.toHaveBeenCalled();
    expect(granted(frame)).toBeUndefined();
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
  ])('leaves fields of the wrong type to those who validate them: %j', async (frame) => {
    expect(await activate(new Caller(ANN), frame)).toBe(true);
    expect(mayUse).not.toHaveBeenCalled();
    expect(findGrant).not.toHaveBeenCalled();
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
