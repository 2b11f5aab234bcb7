import type { Filter, SnapshotOrder } from '@edge-hive/realtime-client';
import type { Row } from './row.js';

/** One subscription, and the same in the check's own words. */
export interface View {
  readonly topic: string;
  /** `events`: as they come; `snapshot`: the rows first; `collection`: rows that are kept current. */
  readonly kind: 'events' | 'snapshot' | 'collection';
  readonly filter?: Filter;
  readonly fields?: readonly (keyof Row)[];
  readonly events?: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
  readonly orderBy?: readonly SnapshotOrder[];
  readonly limit?: number;
  /** Whether a row is in it, by filter and rights. */
  readonly matches: (row: Row) => boolean;
  /** The policy restricts it: not even the existence of other rows may be told. */
  readonly restricted?: boolean;
  /** Of one that is restricted and filtered, whether the policy shows a row, whatever the filter says of it. */
  readonly visible?: (row: Row) => boolean;
  /** When it is subscribed to: at the beginning, or in that part of the run. */
  readonly joins?: number;
}

/** A client and what it is subscribed to. */
export interface Cast {
  readonly name: string;
  readonly principal: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** It stalls at times. */
  readonly slow?: boolean;
  /** What no frame that it gets may hold. */
  readonly forbidden?: RegExp;
  readonly views: readonly View[];
}
