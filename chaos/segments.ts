import type { Told } from './told.js';

export type ToldEvent = Extract<Told, { readonly kind: 'event' }>;

/** What a subscriber was told of one record between two places at which its view was made anew. */
export interface Segment {
  /**
   * How it began: with the subscription, before anything was written; at a snapshot, in which the record was so; or behind a
   * resync, about which nothing is known.
   */
  readonly from: 'beginning' | 'gap' | { readonly state: string | undefined; readonly at: number };
  readonly events: readonly ToldEvent[];
  /** A snapshot or a resync follows: the end may be missing, and was told to be. */
  readonly isCut: boolean;
}

/** Takes apart what was told, by record. Records of which nothing was told have an empty segment for each part. */
export function segmentsOf(
  told: readonly Told[],
  begins: 'beginning' | 'gap',
  records: Iterable<string>,
): ReadonlyMap<string, readonly Segment[]> {
  const parts = partsOf(told, begins);
  return new Map(
    [...records].map((record) => [
      record,
      parts.map((part, index): Segment => ({
        from: typeof part.from === 'string' ? part.from : { state: part.from.states.get(record), at: part.from.at },
        events: part.events.get(record) ?? [],
        isCut: index < parts.length - 1,
      })),
    ]),
  );
}

interface Part {
  readonly from: 'beginning' | 'gap' | Extract<Told, { readonly kind: 'snapshot' }>;
  readonly events: Map<string, ToldEvent[]>;
}

function partsOf(told: readonly Told[], begins: 'beginning' | 'gap'): Part[] {
  const parts: Part[] = [];
  const begin = (from: Part['from']) => parts.push({ from, events: new Map() });
  begin(begins);
  for (const entry of told) {
    if (entry.kind === 'snapshot') begin(entry);
    else if (entry.kind === 'resync') begin('gap');
    else {
      const events = parts.at(-1)?.events;
      const known = events?.get(entry.record);
      if (known) known.push(entry);
      else events?.set(entry.record, [entry]);
    }
  }
  return parts;
}
