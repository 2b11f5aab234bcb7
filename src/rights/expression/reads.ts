import type { Access, Parts, Reads, Way } from './expression.js';

/** Collects what an expression reads while it is parsed. */
export class ReadsBuilder {
  private readonly edges = new Set<string>();
  private readonly nodes = new Set<string>();
  private readonly tables = new Set<string>();
  private readonly fields = new Set<string>();
  private readonly selected = new Set<string>();
  private readonly ways: Way[] = [];
  private self = false;
  private anything = false;

  ownField(name: string): void {
    this.self = true;
    this.fields.add(name);
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

  /** Something that may be behind a link from a value of which nothing is known. */
  link(): void {
    this.anything = true;
  }

  /** All steps from the principal's own record. */
  ownWay(path: Way['path']): void {
    this.ways.push({ from: 'own', path });
  }

  /** What a part of it reads. */
  include({ edges, tables, self, fields, selected, anything, ways }: Reads): void {
    for (const table of selected) this.selected.add(table);
    for (const name of fields) this.fields.add(name);
    for (const table of edges) this.edges.add(table);
    for (const table of tables) this.tables.add(table);
    this.ways.push(...ways);
    this.self ||= self;
    this.anything ||= anything;
  }

  /** What is read of records that are selected, or stepped along. */
  select({ from, selects, path }: Access): void {
    if (selects && from !== 'row') for (const table of from) this.selected.add(table);
    if (from !== 'row') for (const table of from) this.tables.add(table);
    for (const step of path) if ('edges' in step) for (const table of step.edges) this.tables.add(table);
    if (from !== 'row' && path.length > 0) this.ways.push({ from, path });
  }

  build(): Reads {
    const { edges, tables, self, fields, selected, anything, ways } = this;
    return { edges, tables, self, fields, selected, anything, ways };
  }
}

export function joinReads(all: readonly Reads[]): Reads {
  const union = (of: (reads: Reads) => Iterable<string>) => new Set(all.flatMap((reads) => [...of(reads)]));
  return {
    edges: union((reads) => reads.edges),
    tables: union((reads) => reads.tables),
    self: all.some(({ self }) => self),
    fields: union((reads) => reads.fields),
    selected: union((reads) => reads.selected),
    anything: all.some(({ anything }) => anything),
    ways: all.flatMap(({ ways }) => ways),
  };
}

/** What is read where nothing hangs on the row. */
export function readsOfParts({ constants, accesses }: Parts): Reads {
  const reads = new ReadsBuilder();
  for (const constant of constants) reads.include(constant.reads);
  for (const access of accesses) reads.select(access);
  return reads.build();
}
