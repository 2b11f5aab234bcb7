import type { Delivered } from './delivered.js';

export type DeliveredEvent = Extract<Delivered, { readonly kind: 'event' }>;

/** What was delivered of one record between two places at which its view was made anew. */
export interface Segment {
  /**
   * How it began: with the subscription, before anything was written; at a snapshot, in which the record was so; or behind a
   * resync, when whoever was told read again, so that what had been committed by then needn't be told.
   */
  readonly from: 'beginning' | { readonly at: number } | { readonly at: number; readonly state: string | undefined };
  readonly events: readonly DeliveredEvent[];
  /** A snapshot or a resync follows: the end may be missing, and was told to be. */
  readonly isCut: boolean;
}

/** Takes apart what was delivered, by record. Records of which nothing was have an empty segment for each part. */
export function segmentsOf(
  delivered: readonly Delivered[],
  begins: 'beginning' | 'late',
  records: Iterable<string>,
): ReadonlyMap<string, readonly Segment[]> {
  const parts = partsOf(delivered, begins);
  return new Map(
    [...records].map((record) => [
      record,
      parts.map((part, index): Segment => ({
        from: fromOf(part.from, record),
        events: part.events.get(record) ?? [],
        isCut: index < parts.length - 1,
      })),
    ]),
  );
}

interface Part {
  readonly from: 'beginning' | Exclude<Delivered, DeliveredEvent>;
  readonly events: Map<string, DeliveredEvent[]>;
}

function fromOf(from: Part['from'], record: string): Segment['from'] {
  if (from === 'beginning') return from;
  return from.kind === 'snapshot' ? { at: from.at, state: from.states.get(record) } : { at: from.at };
}

function partsOf(delivered: readonly Delivered[], begins: 'beginning' | 'late'): Part[] {
  const parts: Part[] = [];
  const begin = (from: Part['from']) => parts.push({ from, events: new Map() });
  begin(begins === 'beginning' ? begins : { kind: 'resync', reason: 'it came later', at: 0 });
  for (const entry of delivered) {
    if (entry.kind !== 'event') begin(entry);
    else {
      const events = parts.at(-1)?.events;
      const known = events?.get(entry.record);
      if (known) known.push(entry);
      else events?.set(entry.record, [entry]);
    }
  }
  return parts;
}
