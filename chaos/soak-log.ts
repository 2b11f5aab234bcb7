import type { Gateway } from '../test/support/gateway.js';
import { markdownRow, markdownTable } from './markdown-table.js';
import { Metrics } from './metrics.js';
import { percentile } from './percentile.js';
import { slope } from './slope.js';
import type { SoakLoad } from './soak-load.js';

const MIB = 1024 * 1024;
const MS = 1_000;

/** What is looked at each minute, and whether its growth says anything. */
const COLUMNS = [
  ['RSS, MiB', 1],
  ['heap, MiB', 1],
  ['handles', 0],
  ['open files', 0],
  ['loop lag p99, ms', 1],
  ['event p50, ms', 1],
  ['event p99, ms', 1],
  ['events/s', 0],
  ['gateway CPU, %', 1],
] as const;

/** Measures a gateway under load, minute by minute, and how its figures grow. */
export class SoakLog {
  private readonly minutes: (readonly number[])[] = [];
  private looks: Metrics[] = [];
  private before = { cpu: 0, delivered: 0, at: performance.now() };

  constructor(
    private readonly gateway: Gateway,
    private readonly load: SoakLoad,
  ) {}

  get head(): string {
    return markdownTable(['minute', ...COLUMNS.map(([name]) => name)], []);
  }

  /** What a gateway says of its event loop is of the time since it was asked last. */
  async look(): Promise<void> {
    this.looks.push(await Metrics.of(this.gateway));
  }

  /** Of all looks since the last minute. @returns the minute's row */
  minute(): string {
    const metrics = this.looks.at(-1);
    if (!metrics) throw new Error('Nothing was looked at in this minute.');
    const now = {
      cpu: metrics.sum('process_cpu_seconds_total'),
      delivered: this.load.delivered,
      at: performance.now(),
    };
    const seconds = (now.at - this.before.at) / MS;
    const latencies = this.load.takeLatencies();
    const figures = [
      metrics.sum('process_resident_memory_bytes') / MIB,
      // The least is nearest to what is in use.
      Math.min(...this.looks.map((look) => look.sum('nodejs_heap_size_used_bytes'))) / MIB,
      metrics.sum('nodejs_active_handles_total'),
      metrics.sum('process_open_fds'),
      Math.max(...this.looks.map((look) => look.sum('nodejs_eventloop_lag_p99_seconds'))) * MS,
      percentile(latencies, 0.5),
      percentile(latencies, 0.99),
      (now.delivered - this.before.delivered) / seconds,
      ((now.cpu - this.before.cpu) / seconds) * 100,
    ];
    this.before = now;
    this.looks = [];
    this.minutes.push(figures);
    return row(this.minutes.length, figures);
  }

  /** @param warmUp minutes at the beginning that don't count */
  slopes(warmUp: number): string {
    const counted = this.minutes.slice(warmUp);
    const figures = COLUMNS.map((_, column) =>
      slope(counted.map((minute, x) => ({ x: x / 60, y: minute[column] ?? 0 }))),
    );
    return row('per hour', figures);
  }
}

function row(name: string | number, figures: readonly number[]): string {
  return markdownRow([name, ...figures.map((figure, column) => figure.toFixed(COLUMNS[column]?.[1]))]);
}
