import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Config } from '../config/config.js';
import { InFlight } from './in-flight.js';

/** A command that Redis answers when the test says so. */
function command() {
  let answer: (text: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const answered = new Promise<string>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  return { answer, fail, send: () => answered };
}

const NEVER = () => new Promise<never>(() => undefined);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('InFlight', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('gives up within two seconds by default, and not before its time', async () => {
    jest.useFakeTimers();
    const { redisTimeoutMs: timeoutMs } = new Config();
    const inFlight = new InFlight({ commands: 2, bytes: 1_000, timeoutMs });
    const codes: string[] = [];
    inFlight.run(1, NEVER).catch(({ code }: { code: string }) => codes.push(code));
    await jest.advanceTimersByTimeAsync(timeoutMs - 1);
    expect(codes).toEqual([]);
    await jest.advanceTimersByTimeAsync(2_000 - timeoutMs);
    expect(codes).toEqual(['UNAVAILABLE']);
  });

  it('lets so many commands wait, refuses the next at once, and takes it when one was answered', async () => {
    const inFlight = new InFlight({ commands: 2, bytes: 1_000, timeoutMs: 60_000 });
    const first = command();
    const second = command();
    const waiting = [inFlight.run(1, first.send), inFlight.run(1, second.send)];
    await expect(inFlight.run(1, NEVER)).rejects.toThrow('as much waits for them as may');
    first.answer('done');
    expect(await waiting[0]).toBe('done');
    await settled();
    expect(inFlight.commands).toBe(1);
    const next = command();
    next.answer('next');
    expect(await inFlight.run(1, next.send)).toBe('next');
    second.answer('second');
    expect(await waiting[1]).toBe('second');
  });

  it('lets so many bytes wait', async () => {
    const inFlight = new InFlight({ commands: 10, bytes: 100, timeoutMs: 60_000 });
    const first = command();
    const failed = inFlight.run(60, first.send);
    await expect(inFlight.run(41, NEVER)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const second = command();
    const waiting = inFlight.run(40, second.send);
    expect(inFlight.bytes).toBe(100);
    first.fail(new Error('lost'));
    await expect(failed).rejects.toThrow('lost');
    await settled();
    expect(inFlight.bytes).toBe(40);
    second.answer('second');
    expect(await waiting).toBe('second');
  });

  it('gives up in time what is not answered, and counts it until the connection has let go of it', async () => {
    const inFlight = new InFlight({ commands: 1, bytes: 1_000, timeoutMs: 1 });
    const late = command();
    await expect(inFlight.run(10, late.send)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(inFlight.commands).toBe(1);
    await expect(inFlight.run(10, NEVER)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    late.fail(new Error('closed'));
    await settled();
    expect(inFlight.commands).toBe(0);
    expect(inFlight.bytes).toBe(0);
  });
});
