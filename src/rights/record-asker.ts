import type { RecordId } from 'surrealdb';
import type { Principal } from '../auth/tokens/principal.js';

/** Whoever asks for records, as long as its sessions last. */
export interface RecordAsker {
  /** These principals may no longer select a record that they could, or that isn't known now. */
  lost(principals: ReadonlySet<Principal>): void;
  /** The records that are still of interest, by principal. */
  needed(): ReadonlyMap<Principal, readonly RecordId[]>;
}
