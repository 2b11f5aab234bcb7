import type { RecordId } from 'surrealdb';
import type { Principal } from '../auth/tokens/principal.js';
import type { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { RecordDecision } from './record-decision.js';
import type { RecordDecisions } from './record-decisions.js';

/** Decisions of nobody that are kept, beside as many as those of somebody. */
const SPARE = 100;

/** How many decisions are kept: within the limits, those of sessions and some more. */
export class RecordBounds {
  private sizeNeeded = 0;
  /** Whether somebody was refused: then what nobody needs is forgotten, however little it is. */
  private crowded = false;

  constructor(
    private readonly config: Config,
    private readonly decisions: RecordDecisions,
  ) {}

  /** Begins a decision. @throws CommandError UNAVAILABLE where no more may be kept */
  add(principal: Principal, record: RecordId): RecordDecision {
    const { limitRecordRights, limitRecordRightsPerPrincipal } = this.config;
    const isFull = this.decisions.size >= limitRecordRights;
    if (isFull || this.decisions.share(principal) >= limitRecordRightsPerPrincipal) {
      this.crowded = true;
      const whom = isFull ? '' : ' for one principal';
      throw new CommandError(
        'UNAVAILABLE',
        `channel: as many records are asked about${whom} as may be; leave channels, or try again later.`,
      );
    }
    const decision = new RecordDecision(principal, record);
    this.decisions.add(decision);
    return decision;
  }

  /** Forgets what nobody asks for any more, once that is worth the work. */
  prune(findNeeded: () => ReadonlyMap<Principal, readonly RecordId[]>): void {
    const worthwhile = Math.min(2 * this.sizeNeeded + SPARE, this.config.limitRecordRights - 1);
    if (this.decisions.size <= worthwhile && !this.crowded) return;
    this.crowded = false;
    const needed = new Set<RecordDecision | undefined>();
    for (const [principal, records] of findNeeded()) {
      for (const record of records) needed.add(this.decisions.get(principal, record));
    }
    for (const decision of [...this.decisions]) {
      if (decision.awaited === 0 && !needed.has(decision)) this.decisions.delete(decision);
    }
    this.sizeNeeded = this.decisions.size;
  }
}
