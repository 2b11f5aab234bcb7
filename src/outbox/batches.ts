import type { WireFormat } from '../delivery/wire-format.js';
import { Batch } from './batch.js';

/** What the outboxes of one wire format share: deliveries have the same bytes for all of them. */
export class Batches {
  /** What batches of this tick grow from. */
  root = Batch.root();

  constructor(readonly format: WireFormat) {}

  /** A tick is over: what is sent from now on is not joined with what was sent before. */
  renew(): void {
    this.root = Batch.root();
  }
}
