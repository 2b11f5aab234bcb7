import { AggregatorRegistry, Registry } from 'prom-client';

/** Metrics of a process, as `Registry.getMetricsAsJSON` tells them. */
export type ProcessMetrics = readonly object[];

/** The metrics of several processes as those of one: levels and counters are added up, where they say nothing else. */
export function sumOf(processes: readonly ProcessMetrics[]): Registry {
  return AggregatorRegistry.aggregate<typeof Registry.PROMETHEUS_CONTENT_TYPE>([...processes]);
}
