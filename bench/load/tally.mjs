import { createHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { now } from './clock.mjs';

/** Nothing has come for so long: nothing more will. */
const QUIET_MS = 300;
const QUIET_BUT_EXPECTED_MS = 2_000;
const POLL_MS = 20;
const LONGEST_MICROSECONDS = 120_000_000;

/** What the clients of a process wrote, or were delivered, since it was last begun. */
export class Tally {
  constructor() {
    this.begin();
  }

  begin() {
    this.deliveries = 0;
    this.acknowledgements = 0;
    this.latencies = createHistogram({ lowest: 1, highest: LONGEST_MICROSECONDS, figures: 3 });
    this.began = now();
    this.cpu = process.cpuUsage();
  }

  record(microseconds) {
    this.latencies.record(Math.min(Math.max(Math.round(microseconds), 1), LONGEST_MICROSECONDS));
  }

  end() {
    const seconds = (now() - this.began) / 1e6;
    const { user, system } = process.cpuUsage(this.cpu);
    const { deliveries, acknowledgements, latencies } = this;
    const percentile = (p) => (latencies.count === 0 ? undefined : latencies.percentile(p) / 1_000);
    return {
      seconds,
      deliveries,
      acknowledgements,
      cpuShare: (user + system) / 1e6 / seconds,
      latency: { samples: latencies.count, p50: percentile(50), p99: percentile(99), max: percentile(100) },
    };
  }

  /** Settles when what is expected has come, when nothing has come for a while, or after `seconds`. */
  async settle({ seconds, expected = Infinity }) {
    const deadline = now() + seconds * 1e6;
    const quiet = (expected === Infinity ? QUIET_MS : QUIET_BUT_EXPECTED_MS) * 1_000;
    let before = this.deliveries;
    let since = now();
    while (this.deliveries < expected && now() < Math.min(deadline, since + quiet)) {
      await delay(POLL_MS);
      // Deliveries, not bytes: heartbeats and checkpoints go on.
      if (this.deliveries !== before) [before, since] = [this.deliveries, now()];
    }
  }
}
