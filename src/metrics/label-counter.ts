import { Counter, type Registry } from 'prom-client';

/** A plain number that grows: what a hot path adds to. */
export interface Tally {
  count: number;
}

/** Label that everything beyond the known values, or beyond the bound, is counted under. */
export const OTHER = 'other';

/**
 * A counter by one label. prom-client hashes its labels on each `inc`, too dear for something done millions of times a
 * second: this one counts in plain numbers and hands them over when it is scraped. Bounded in distinct values.
 */
export class LabelCounter<Value extends string> {
  private readonly tallies = new Map<string, Tally>();

  constructor(
    registry: Registry,
    name: string,
    help: string,
    label: string,
    private readonly bounds: { readonly limit: number; readonly known?: ReadonlySet<string> } = { limit: 200 },
  ) {
    const tallies = this.tallies;
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, { count }] of tallies) this.inc({ [label]: value }, count);
      },
    });
  }

  inc(value: Value, count = 1): void {
    this.of(value).count += count;
  }

  /** The number behind one label value, to keep where even a look-up is too much. */
  of(value: Value): Tally {
    return this.tallies.get(value) ?? this.open(value);
  }

  private open(value: string): Tally {
    const within = this.tallies.size < this.bounds.limit && (this.bounds.known?.has(value) ?? true);
    const name = within ? value : OTHER;
    const tally = this.tallies.get(name) ?? { count: 0 };
    this.tallies.set(name, tally);
    return tally;
  }
}
