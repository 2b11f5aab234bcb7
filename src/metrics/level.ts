import { Gauge, type Registry } from 'prom-client';

/** A gauge that is either set as it changes, or read from its owner when it is scraped. */
export class Level extends Gauge {
  private read: (() => number) | undefined;

  constructor(
    registry: Registry,
    readonly metricName: string,
    help: string,
    aggregator: 'sum' | 'max' = 'sum',
  ) {
    super({
      name: metricName,
      aggregator,
      help,
      registers: [registry],
      collect() {
        const read = (this as Level).read;
        if (read) this.set(read());
      },
    });
  }

  /** From now on the value is what `read` returns. */
  readFrom(read: () => number): void {
    this.read = read;
  }

  /** The value as a scrape would show it. */
  async value(): Promise<number> {
    const { values } = await this.get();
    return values[0]?.value ?? 0;
  }
}
