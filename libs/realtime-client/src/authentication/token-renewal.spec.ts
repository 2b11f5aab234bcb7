import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Backoff } from '../connection/backoff.js';
import { ServerClock } from '../connection/server-clock.js';
import { renewalDelay, TokenRenewal } from './token-renewal.js';
import { TokenSource } from '../connection/token-source.js';

describe('renewalDelay', () => {
  it.each([
    ['a minute before, of an hour', 3_600, 3_540_000],
    ['after four fifths, of 100 s', 100, 80_000],
    ['after four fifths, of 10 s', 10, 8_000],
    ['not within a second', 1, 1_000],
    ['a minute before, of ten years', 10 * 365 * 86_400, 315_359_940_000],
    ['never, if expired', -60, undefined],
  ])('renews %s', (_, seconds, delay) => {
    expect(renewalDelay(seconds * 1_000)).toBe(delay);
  });
});

describe('TokenRenewal', () => {
  const HOUR = 3_600_000;
  const shown: string[] = [];
  const errors: unknown[] = [];
  const clock = new ServerClock();
  let asked = 0;
  let renewal: TokenRenewal;

  beforeEach(() => {
    jest.useFakeTimers();
    shown.length = 0;
    errors.length = 0;
    asked = 0;
  });

  afterEach(() => {
    renewal.stop();
    jest.useRealTimers();
  });

  /** Tokens that last an hour by the server's time, which this machine's is an hour ahead of. */
  function begin(getToken: () => string, accept: (token: string) => Promise<void> = () => Promise.resolve()): void {
    clock.set(new Date(Date.now() - HOUR).toISOString());
    const inAnHour = () => ({ id: 'ann', expires: (clock.now + HOUR) / 1_000 });
    const tokens = new TokenSource({
      getToken: () => {
        asked += 1;
        return getToken();
      },
    });
    const authenticate = async (token: string) => {
      shown.push(token);
      await accept(token);
      tokens.accept(token);
      renewal.schedule(inAnHour());
    };
    const report = (error: unknown) => errors.push(error);
    renewal = new TokenRenewal(tokens, clock, authenticate, () => new Backoff(), report);
    tokens.accept('token 0');
    renewal.schedule(inAnHour());
  }

  it('renews each token once, a minute before it expires by the time of the server', async () => {
    begin(() => `token ${asked}`);
    await jest.advanceTimersByTimeAsync(3 * HOUR);
    expect(shown).toEqual(['token 1', 'token 2', 'token 3']);
    expect(asked).toBe(3);
  });

  it('does not show a token that was refused, nor the one in use, again', async () => {
    begin(
      () => (asked < 3 ? 'bad' : 'token 0'),
      () => Promise.reject(new Error('Signature.')),
    );
    await jest.advanceTimersByTimeAsync(3 * HOUR);
    expect(shown).toEqual(['bad']);
    expect(errors).toHaveLength(1);
    expect(asked).toBeLessThan(100);
  });
});
