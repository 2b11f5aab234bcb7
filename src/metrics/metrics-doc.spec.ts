import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { MetricsService } from './metrics.service.js';

const text = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

/** Name, type and labels in each table row that begins with a metric. */
const documented = text
  .split('\n')
  .filter((line) => line.startsWith('| `edge_hive_'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name = '', type, labels]) => ({ name: name.replaceAll('`', ''), type, labels }));

describe('docs/metrics.md', () => {
  it('tells name, type and labels of every metric, and of no others', () => {
    const { registry } = new MetricsService();
    const metrics = registry
      .getMetricsAsArray()
      .filter(({ name }) => name.startsWith('edge_hive_'))
      .map((metric) => ({
        name: metric.name,
        // prom-client keeps the labels, without telling so in the type.
        labels: ((Reflect.get(metric, 'labelNames') as readonly string[] | undefined) ?? []).join(', '),
        type: String(metric.type),
      }));
    expect(sorted(documented)).toEqual(sorted(metrics));
  });
});

function sorted<T extends { name: string }>(metrics: readonly T[]): T[] {
  return metrics.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
