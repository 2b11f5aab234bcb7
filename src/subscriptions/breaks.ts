/** Breaks of single streams that are kept apart. Beyond them the oldest counts for its whole table. */
const MOST_STREAMS = 1_000;

/** A place behind which changes may lack some: by position in the log and by the feed's stamp. */
export interface Break {
  readonly position: number;
  readonly stamp: bigint;
}

/** Where what a table's streams, or one of them, were told can't be joined with what follows. */
export class Breaks {
  private readonly tables = new Map<string, Break>();
  private readonly streams = new Map<string, Break & { readonly table: string }>();

  /** @param stream key of the only one that it is for, among those of the table */
  mark(table: string, at: Break, stream?: string): void {
    if (stream === undefined) {
      this.tables.set(table, later(at, this.tables.get(table)));
      return;
    }
    const name = nameOf(table, stream);
    const known = this.streams.get(name);
    this.streams.delete(name);
    this.streams.set(name, { table, ...later(at, known) });
    if (this.streams.size > MOST_STREAMS) this.joinOldest();
  }

  /** Whether a stream of a table can go on from a place. */
  joins(table: string, stream: string, from: { readonly position: number } | { readonly stamp: bigint }): boolean {
    // A cursor given just before a break and one given just after it name the same change: neither is honoured.
    const isBefore = (known?: Break) =>
      !known || ('position' in from ? from.position > known.position : from.stamp > known.stamp);
    return isBefore(this.tables.get(table)) && isBefore(this.streams.get(nameOf(table, stream)));
  }

  clear(): void {
    this.tables.clear();
    this.streams.clear();
  }

  private joinOldest(): void {
    for (const [name, { table, position, stamp }] of this.streams) {
      this.streams.delete(name);
      this.mark(table, { position, stamp });
      return;
    }
  }
}

/** Streams of two tables that ask for the same have the same key. */
function nameOf(table: string, stream: string): string {
  return JSON.stringify([table, stream]);
}

function later(one: Break, other: Break | undefined): Break {
  if (!other) return one;
  return {
    position: Math.max(one.position, other.position),
    stamp: one.stamp > other.stamp ? one.stamp : other.stamp,
  };
}
