import type { Cohort } from '../delivery/cohort.js';
import type { WireFormat } from '../delivery/wire-format.js';
import { Batch } from './batch.js';

/** What the outboxes of one wire format share: deliveries have the same bytes for all of them. */
export class Batches {
  /** What batches of this tick grow from. */
  root = Batch.root();

  /** What was made of a cohort's deliveries last. */
  private made:
    { readonly from: Batch; readonly cohort: Cohort; readonly count: number; readonly to: Batch } | undefined;

  constructor(readonly format: WireFormat) {}

  /** A batch with all that a cohort was sent behind it, which is made once for all who come from the same one. */
  withAll(from: Batch, cohort: Cohort): Batch {
    const { made } = this;
    const count = cohort.deliveries.length;
    if (count === 0) return from;
    if (made?.from === from && made.cohort === cohort && made.count === count) return made.to;
    let to = from;
    for (const delivery of cohort.deliveries) {
      const frame = delivery.in(this.format);
      if (frame) to = to.with(frame);
    }
    this.made = { from, cohort, count, to };
    return to;
  }

  /** A tick is over: what is sent from now on is not joined with what was sent before. */
  renew(): void {
    this.root = Batch.root();
    this.made = undefined;
  }
}
