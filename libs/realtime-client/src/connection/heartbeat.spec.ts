import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Heartbeat } from './heartbeat.js';

describe('Heartbeat', () => {
  const ask = jest.fn();
  const giveUp = jest.fn();
  let heartbeat: Heartbeat;

  beforeEach(() => {
    jest.useFakeTimers();
    jest.resetAllMocks();
    heartbeat = new Heartbeat(ask, giveUp);
    heartbeat.start({ interval: 1_000, timeout: 100 });
  });

  afterEach(() => {
    heartbeat.stop();
    jest.useRealTimers();
  });

  it('asks after an interval of silence, counted from what was heard last', () => {
    jest.advanceTimersByTime(600);
    heartbeat.heard();
    jest.advanceTimersByTime(999);
    expect(ask).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('gives up when no answer comes in time', () => {
    jest.advanceTimersByTime(1_099);
    expect(giveUp).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(giveUp).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(10_000);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('goes on listening after an answer', () => {
    jest.advanceTimersByTime(1_000);
    heartbeat.heard();
    jest.advanceTimersByTime(1_100);
    expect(giveUp).not.toHaveBeenCalled();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('is quiet once stopped', () => {
    heartbeat.stop();
    jest.advanceTimersByTime(10_000);
    expect(ask).not.toHaveBeenCalled();
  });
});
