import { Histogram, type Registry } from 'prom-client';
import { OTHER } from './label-counter.js';

const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

interface TopicObserver {
  observe(seconds: number): void;
}

/** How long events took, by topic. Topics beyond the bound share one label, since each one costs a set of buckets. */
export class TopicLatency {
  private readonly histogram: Histogram<'topic'>;
  private readonly observers = new Map<string, TopicObserver>();

  constructor(
    registry: Registry,
    name: string,
    help: string,
    private readonly topicLimit = 200,
  ) {
    this.histogram = new Histogram({ name, help, labelNames: ['topic'], buckets: BUCKETS, registers: [registry] });
  }

  /** Two machines' clocks can disagree: less than nothing counts as nothing. */
  observe(topic: string, seconds: number): void {
    this.of(topic).observe(Math.max(0, seconds));
  }

  private of(topic: string): TopicObserver {
    const known = this.observers.get(topic);
    if (known) return known;
    const name = this.observers.size < this.topicLimit ? topic : OTHER;
    const observer = this.observers.get(name) ?? this.histogram.labels(name);
    this.observers.set(name, observer);
    return observer;
  }
}
