import { collectDefaultMetrics, Registry } from 'prom-client';
import { LabelCounter } from './label-counter.js';
import { Level } from './level.js';
import { PlainCounter } from './plain-counter.js';
import { sumOf, type ProcessMetrics } from './sum-of.js';

/**
 * Where metrics are kept and read. Each instance has a registry of its own, so that several applications can live in one process.
 */
export abstract class MetricsRegistry {
  readonly registry = new Registry();
  private gather: (() => Promise<readonly ProcessMetrics[]>) | undefined;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** From now on this is one of several processes, and what is told is of them all. */
  gatherFrom(gather: () => Promise<readonly ProcessMetrics[]>): void {
    this.gather = gather;
  }

  /** The Prometheus text exposition of all of it. */
  async exposition(): Promise<string> {
    return (await this.whole()).metrics();
  }

  /** What a level is, over all processes. */
  async valueOf(level: Level): Promise<number> {
    if (!this.gather) return level.value();
    const metrics = await (await this.whole()).getMetricsAsJSON();
    return metrics.find(({ name }) => name === level.metricName)?.values[0]?.value ?? 0;
  }

  private async whole(): Promise<Registry> {
    return this.gather ? sumOf(await this.gather()) : this.registry;
  }

  /** @param joined what becomes of it where several processes tell it */
  protected level(name: string, help: string, joined: 'sum' | 'max' = 'sum'): Level {
    return new Level(this.registry, `edge_hive_${name}`, help, joined);
  }

  protected counter(name: string, help: string): PlainCounter {
    return new PlainCounter(this.registry, `edge_hive_${name}`, help);
  }

  /** @param known values that are counted by themselves: others count as `other`. Absent: any value is, as long as they are few. */
  protected byLabel<Value extends string>(
    name: string,
    help: string,
    label: string,
    known?: ReadonlySet<string>,
  ): LabelCounter<Value> {
    return new LabelCounter(this.registry, `edge_hive_${name}`, help, label, { limit: 200, ...(known && { known }) });
  }
}
