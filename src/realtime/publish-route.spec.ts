import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { CommandError } from '../errors/command-error.js';
import { PublishPermits } from '../session/publish-permits.js';
import type { Session } from '../session/session.js';
import { CommandFilter } from './command.filter.js';
import type { CommandGuard } from './command.guard.js';
import type { CommandFrame } from './parse-frame.js';
import { PublishRoute } from './publish-route.js';
import type { PublishText } from './publish-text.js';
import type { Publisher } from './publisher.js';

const ROOM = { channel: 'room', history: undefined };
const TEXT: PublishText = { id: 'p', channel: 'room', event: 'said', data: '1', key: undefined, echo: true };
const FRAME: CommandFrame = { type: 'publish', id: 'p', channel: 'room', event: 'said', data: 1 };
const AWAY = new CommandError('UNAVAILABLE', 'Redis does not answer now.');

/** What the route looks at of a session, and what it was refused. */
class Caller {
  permits: PublishPermits | undefined;
  readonly refusals: { readonly code: string; readonly message: string; readonly id: string | undefined }[] = [];

  refuse({ code, message }: CommandError, id?: string): void {
    this.refusals.push({ code, message, id });
  }
}

describe('PublishRoute', () => {
  /** What happened, in order. */
  let steps: string[];
  let check: jest.Mock<CommandGuard['check']>;
  let publish: jest.Mock<Publisher['publish']>;
  let publishText: jest.Mock<Publisher['publishText']>;
  let caller: Caller;
  let route: PublishRoute;
  const session = () => caller as unknown as Session;

  const step = (name: string) => void steps.push(name);
  const permits = () => {
    step('guard');
    caller.permits = new PublishPermits();
    caller.permits.add(ROOM);
    return undefined;
  };

  beforeEach(() => {
    steps = [];
    caller = new Caller();
    check = jest.fn<CommandGuard['check']>(permits);
    publish = jest.fn<Publisher['publish']>(() => void step('publish'));
    publishText = jest.fn<Publisher['publishText']>(() => void step('publish'));
    const publisher = { publish, publishText, permit: () => ROOM } as unknown as Publisher;
    route = new PublishRoute({ check } as unknown as CommandGuard, new CommandFilter(), publisher);
  });
  afterEach(() => void jest.restoreAllMocks());

  /** Both ways in: a frame that was made an object of, and one that was read as text. */
  const WAYS: readonly (readonly [string, () => Promise<void> | undefined])[] = [
    ['an object', () => route.serve(session(), FRAME)],
    ['a text', () => route.serveText(session(), TEXT)],
  ];

  describe.each(WAYS)('of %s', (_, serve) => {
    it('asks the guard, then publishes, in one turn', () => {
      expect(serve()).toBeUndefined();
      expect(steps).toEqual(['guard', 'publish']);
      expect(caller.refusals).toEqual([]);
    });

    it('publishes nothing that the guard refuses', () => {
      check.mockImplementation(() => {
        throw new CommandError('FORBIDDEN', 'channel: not allowed to publish here.');
      });
      expect(serve()).toBeUndefined();
      expect(steps).toEqual([]);
      expect(caller.refusals).toEqual([
        { code: 'FORBIDDEN', message: 'channel: not allowed to publish here.', id: 'p' },
      ]);
    });

    it('waits for a guard that asks the database', async () => {
      check.mockImplementation(async () => {
        await Promise.resolve();
        permits();
      });
      await serve();
      expect(steps).toEqual(['guard', 'publish']);
    });

    it('publishes nothing that the guard refuses later, and rejects never', async () => {
      check.mockImplementation(() => Promise.reject(AWAY));
      await expect(serve()).resolves.toBeUndefined();
      expect(steps).toEqual([]);
      expect(caller.refusals).toEqual([{ code: 'UNAVAILABLE', message: AWAY.message, id: 'p' }]);
    });

    it.each<[string, () => Promise<void>]>([
      ['at once', () => { throw AWAY; }], // prettier-ignore
      ['later', () => Promise.reject(AWAY)],
    ])('answers what a publish fails with %s', async (_when, fail) => {
      publish.mockImplementation(fail);
      publishText.mockImplementation(fail);
      await serve();
      expect(caller.refusals).toEqual([{ code: 'UNAVAILABLE', message: AWAY.message, id: 'p' }]);
    });

    it('logs what nobody expected, and tells the client nothing of it', () => {
      const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const fail = () => {
        throw new TypeError('a secret of the inside');
      };
      publish.mockImplementation(fail);
      publishText.mockImplementation(fail);
      void serve();
      expect(caller.refusals).toEqual([{ code: 'INTERNAL', message: 'The command failed.', id: 'p' }]);
      expect(JSON.stringify(logged.mock.calls)).toContain('a secret of the inside');
    });
  });

  it('names the field of an object that is wrong, behind the guard', () => {
    void route.serve(session(), { ...FRAME, event: '' });
    expect(steps).toEqual(['guard']);
    expect(caller.refusals).toMatchObject([
      { code: 'BAD_FRAME', id: 'p', message: expect.stringMatching(/^event/) as unknown },
    ]);
  });

  it('hands the publisher an object with the declared fields and no others', () => {
    void route.serve(session(), { ...FRAME, nothing: true });
    expect(publish.mock.calls[0]?.[1]).toEqual(expect.objectContaining({ channel: 'room', event: 'said', data: 1 }));
    expect(publish.mock.calls[0]?.[1]).not.toHaveProperty('nothing');
  });

  it('asks the guard once for texts to one channel, and again where the rights have changed', () => {
    for (let n = 0; n < 3; n += 1) void route.serveText(session(), TEXT);
    expect(check).toHaveBeenCalledTimes(1);
    caller.permits = undefined;
    void route.serveText(session(), TEXT);
    expect(check).toHaveBeenCalledTimes(2);
    expect(publishText.mock.calls.map(([, , permit]) => permit)).toEqual([ROOM, ROOM, ROOM, ROOM]);
  });
});
