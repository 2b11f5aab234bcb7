import { Injectable } from '@nestjs/common';
import type { MetricType } from 'prom-client';
import { MetricsService } from '../../metrics/metrics.service.js';
import { sumOf, type ProcessMetrics } from '../../metrics/sum-of.js';
import type { WorkerLink } from '../link/vocabularies.js';

/** Longest wait for the metrics of a worker, in ms: of one that says nothing, what it said last counts. */
const ANSWER_MS = 1_000;

/** What only grows, and would fall if a worker's part of it were forgotten. */
const GROWING: ReadonlySet<unknown> = new Set<MetricType | string>(['counter', 'histogram']);

/** The metrics of all processes. What workers that are gone have counted goes on to count. */
@Injectable()
export class MetricsOfAll {
  private readonly last = new Map<WorkerLink, ProcessMetrics>();
  /** What workers that are gone had counted when they were asked last. */
  private gone: ProcessMetrics[] = [];

  constructor(private readonly metrics: MetricsService) {}

  add(link: WorkerLink): void {
    this.last.set(link, []);
    void link.end.then(() => this.forget(link));
    link.handle({ notices: {}, questions: { metrics: () => this.all() } });
  }

  private async all(): Promise<readonly ProcessMetrics[]> {
    await Promise.all(Array.from(this.last.keys(), (link) => this.ask(link)));
    const own = await this.metrics.registry.getMetricsAsJSON();
    if (this.gone.length > 1) this.gone = [await sumOf(this.gone).getMetricsAsJSON()];
    return [own, ...this.gone, ...this.last.values()];
  }

  private async ask(link: WorkerLink): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ANSWER_MS);
    });
    const answer = await Promise.race([link.ask('metrics', null).catch(() => undefined), late]);
    clearTimeout(timer);
    if (answer && this.last.has(link)) this.last.set(link, answer);
  }

  private forget(link: WorkerLink): void {
    const counted = (this.last.get(link) ?? []).filter((metric) => 'type' in metric && GROWING.has(metric.type));
    this.last.delete(link);
    if (counted.length > 0) this.gone.push(counted);
  }
}
