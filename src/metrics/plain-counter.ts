import { Counter, type Registry } from 'prom-client';

/** A counter without labels, for hot paths: it counts in a plain number, which is handed over when it is scraped. */
export class PlainCounter {
  private count = 0;

  constructor(registry: Registry, name: string, help: string) {
    const total = () => this.count;
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(total());
      },
    });
  }

  inc(count = 1): void {
    this.count += count;
  }
}
