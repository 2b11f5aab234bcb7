import { formatMilliseconds } from './format.js';
import { Latencies } from './latencies.js';
import { part } from './part.js';

/** The figures of one subscription: how many events, how fast. */
export class EventFigures {
  private readonly own = new Latencies();
  private readonly committed = new Latencies();
  private readonly parts: Record<'count' | 'rate' | 'own-latency' | 'latency', HTMLElement>;
  private count = 0;
  private shownCount = 0;
  private changed = false;

  constructor(root: ParentNode) {
    const find = (name: string) => part(root, name, HTMLElement);
    this.parts = {
      count: find('count'),
      rate: find('rate'),
      'own-latency': find('own-latency'),
      latency: find('latency'),
    };
    setInterval(() => this.showRate(), 1_000);
  }

  /** Both in milliseconds. */
  add(latency: { readonly own: number | undefined; readonly committed: number }): void {
    this.count += 1;
    if (latency.own !== undefined) this.own.add(latency.own);
    this.committed.add(latency.committed);
    if (this.changed) return;
    this.changed = true;
    requestAnimationFrame(() => this.show());
  }

  clear(): void {
    this.count = this.shownCount = 0;
    this.own.clear();
    this.committed.clear();
    this.show();
  }

  private show(): void {
    this.changed = false;
    this.parts.count.textContent = this.count.toLocaleString('en');
    this.parts['own-latency'].textContent = describe(this.own);
    this.parts.latency.textContent = describe(this.committed);
  }

  private showRate(): void {
    this.parts.rate.textContent = (this.count - this.shownCount).toLocaleString('en');
    this.shownCount = this.count;
  }
}

function describe(latencies: Latencies): string {
  if (latencies.percentile(50) === undefined) return '–';
  return [50, 99].map((percent) => formatMilliseconds(latencies.percentile(percent))).join(' / ');
}
