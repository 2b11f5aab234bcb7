import { describe, expect, it } from '@jest/globals';
import { Latencies } from './latencies.js';

function latenciesOf(values: Iterable<number>): Latencies {
  const latencies = new Latencies();
  for (const value of values) latencies.add(value);
  return latencies;
}

describe('latencies on the page', () => {
  it('have no percentiles while there are none', () => {
    expect(latenciesOf([]).percentile(50)).toBeUndefined();
  });

  it.each([
    { values: [7], p50: 7, p99: 7 },
    { values: [10, 2], p50: 2, p99: 10 },
    { values: [100, 9, 8, 7, 6, 5, 4, 3, 2, 1], p50: 5, p99: 100 },
    { values: Array.from({ length: 200 }, (_, index) => index + 1), p50: 100, p99: 198 },
  ])('of $values.length have p50 $p50 and p99 $p99', ({ values, p50, p99 }) => {
    const latencies = latenciesOf(values);
    expect([latencies.percentile(50), latencies.percentile(99)]).toEqual([p50, p99]);
  });

  it('forget the oldest', () => {
    const latencies = latenciesOf([...Array<number>(2_000).fill(900), ...Array<number>(2_000).fill(3)]);
    expect(latencies.percentile(100)).toBe(3);
  });

  it('begin anew when cleared', () => {
    const latencies = latenciesOf([900, 900]);
    latencies.clear();
    latencies.add(4);
    expect(latencies.percentile(99)).toBe(4);
  });
});
