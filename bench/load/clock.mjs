import { performance } from 'node:perf_hooks';

const origin = Number(process.hrtime.bigint() / 1_000n) - performance.now() * 1_000;

/** Microseconds of the machine's monotonic clock: the same in every process, untouched by corrections of the time of day. */
export function now() {
  return origin + performance.now() * 1_000;
}
