import type { Reads } from './expression.js';

/** Collects what an expression reads while it is parsed. */
export class ReadsBuilder {
  private readonly edges = new Set<string>();
  private readonly nodes = new Set<string>();
  private readonly tables = new Set<string>();
  private self = false;
  private anything = false;

  ownField(): void {
    this.self = true;
  }

  /** A step along edges. What a first one leads to is known by the edges themselves, as long as nothing of it is read. */
  step(table: string, as: 'edge' | 'node' | 'further'): void {
    if (as === 'edge') this.edges.add(table);
    else if (as === 'node') this.nodes.add(table);
    else this.tables.add(table);
  }

  /** Something of what a step led to is read. */
  node(): void {
    for (const table of this.nodes) this.tables.add(table);
  }

  link(): void {
    this.anything = true;
  }

  /** What a part of it reads. */
  include({ edges, tables, self, anything }: Reads): void {
    for (const table of edges) this.edges.add(table);
    for (const table of tables) this.tables.add(table);
    this.self ||= self;
    this.anything ||= anything;
  }

  build(): Reads {
    const { edges, tables, self, anything } = this;
    return { edges, tables, self, anything };
  }
}

export function joinReads(all: readonly Reads[]): Reads {
  const union = (of: (reads: Reads) => Iterable<string>) => new Set(all.flatMap((reads) => [...of(reads)]));
  return {
    edges: union((reads) => reads.edges),
    tables: union((reads) => reads.tables),
    self: all.some(({ self }) => self),
    anything: all.some(({ anything }) => anything),
  };
}
