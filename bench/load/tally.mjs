import { createHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { now } from './clock.mjs';
import { findStamp, readStamp } from './payload.mjs';

/** One of so many deliveries has its latency measured. A prime, so that no pattern of batches is sampled in step. */
const SAMPLE_EVERY = 97;
/** Nothing has come for so long: nothing more will. */
const QUIET_MS = 300;
const QUIET_BUT_EXPECTED_MS = 2_000;
const POLL_MS = 20;
const LONGEST_MICROSECONDS = 120_000_000;

/** What the connections of a process were delivered since it was last begun. */
export class Tally {
  /** Refusals of the server, of which there should be none. */
  errors = [];

  constructor() {
    this.begin();
  }

  begin(sampleEvery = SAMPLE_EVERY) {
    this.sampleEvery = sampleEvery;
    this.untilSample = 1;
    this.deliveries = 0;
    this.acknowledgements = 0;
    this.bytes = 0;
    this.sent = 0;
    this.lastDelivery = 0;
    this.latencies = createHistogram({ lowest: 1, highest: LONGEST_MICROSECONDS, figures: 3 });
    this.began = now();
    this.cpu = process.cpuUsage();
  }

  delivered(bytes, from, complete) {
    this.deliveries += 1;
    this.untilSample -= 1;
    if (this.untilSample > 0) return;
    // Of a frame that is still to come the next one is taken.
    this.untilSample = complete ? this.sampleEvery : 1;
    if (complete) this.record(now() - readStamp(bytes, findStamp(bytes, from)));
  }

  record(microseconds) {
    this.latencies.record(Math.min(Math.max(Math.round(microseconds), 1), LONGEST_MICROSECONDS));
  }

  end() {
    const seconds = (now() - this.began) / 1e6;
    const { user, system } = process.cpuUsage(this.cpu);
    const { deliveries, acknowledgements, bytes, sent, latencies, errors } = this;
    const percentile = (p) => (latencies.count === 0 ? undefined : latencies.percentile(p) / 1_000);
    return {
      seconds,
      deliveries,
      acknowledgements,
      bytes,
      sent,
      errors: errors.slice(0, 3),
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
