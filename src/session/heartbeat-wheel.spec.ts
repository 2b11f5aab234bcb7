import { describe, expect, it } from '@jest/globals';
import { HeartbeatWheel, type Pulse } from './heartbeat-wheel.js';

class FakePulse implements Pulse {
  bytesReceived = 0;
  readonly pings: number[] = [];
  missedAt: number | undefined;
  constructor(private readonly clock: { now: number }) {}
  ping(): void {
    this.pings.push(this.clock.now);
  }
  missed(): void {
    this.missedAt = this.clock.now;
  }
}

function wheelOf(interval: number, timeout: number) {
  const clock = { now: 0 };
  const wheel = new HeartbeatWheel(interval, timeout);
  const watch = () => {
    const pulse = new FakePulse(clock);
    return { pulse, beat: wheel.watch(pulse) };
  };
  const advance = (ticks: number, each: () => void = () => undefined) => {
    for (let n = 0; n < ticks; n++) {
      clock.now += 1;
      wheel.advance();
      each();
    }
  };
  return { wheel, watch, advance };
}

describe('HeartbeatWheel', () => {
  it.each([
    [10, 4],
    [10, 10],
    [10, 25],
  ])('pings each interval (%i, timeout %i) as long as something comes', (interval, timeout) => {
    const { watch, advance } = wheelOf(interval, timeout);
    const { pulse } = watch();
    advance(35, () => (pulse.bytesReceived += 1));
    expect(pulse.pings).toEqual([1, 11, 21, 31]);
    expect(pulse.missedAt).toBeUndefined();
  });

  it.each([
    [10, 4],
    [10, 10],
    [10, 25],
  ])('tells when nothing comes (interval %i) within the timeout of %i', (interval, timeout) => {
    const { watch, advance } = wheelOf(interval, timeout);
    const { pulse } = watch();
    advance(10 * interval);
    expect(pulse.missedAt).toBe(1 + timeout);
  });

  it('takes anything that comes as a sign of life', () => {
    const { watch, advance } = wheelOf(10, 4);
    const { pulse } = watch();
    advance(4);
    pulse.bytesReceived += 1;
    advance(8);
    expect(pulse.missedAt).toBeUndefined();
    advance(3);
    expect(pulse.missedAt).toBe(15);
  });

  it('blames nobody whose bytes are not being read', () => {
    const { watch, advance } = wheelOf(10, 4);
    const { pulse } = watch();
    pulse.bytesReceived = NaN;
    advance(100);
    expect(pulse.missedAt).toBeUndefined();
  });

  it('deals the pings of a thousand that connect at once over the interval', () => {
    const { watch, advance } = wheelOf(100, 50);
    const pulses = Array.from({ length: 1_000 }, () => watch().pulse);
    const perTick = new Map<number, number>();
    advance(100, () => {
      for (const pulse of pulses) pulse.bytesReceived += 1;
    });
    for (const { pings } of pulses) for (const at of pings) perTick.set(at, (perTick.get(at) ?? 0) + 1);
    expect(perTick.size).toBe(100);
    expect(new Set(perTick.values())).toEqual(new Set([10]));
  });

  it('leaves those alone that it was told to forget', () => {
    const { wheel, watch, advance } = wheelOf(10, 4);
    const { pulse, beat } = watch();
    wheel.forget(beat);
    advance(50);
    expect(pulse.pings).toEqual([]);
  });
});
