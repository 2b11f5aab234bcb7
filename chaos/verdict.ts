import type { FeedChange } from '../test/support/feed.js';
import type { Account } from './account.js';
import type { Collections } from './collections.js';
import { type History, historyOf } from './history.js';
import { judge } from './judge.js';
import type { Delivered } from './delivered.js';
import type { View } from './view.js';
import type { Violation } from './violation.js';

/** Longer than clients remember cursors. Of the time in which something was delivered: a freeze makes nobody older. */
const YOUNG_MS = 12_000;
/** A replay takes no longer. */
const REPLAY_MS = 1_000;

type Resync = Extract<Delivered, { readonly kind: 'resync' }>;

/** What is known of the truth when all is written. */
export interface Truth {
  readonly feed: readonly FeedChange[];
  readonly collections: Collections;
  /** The database tells what a deleted record was. */
  readonly knowsDeleted: boolean;
  /** Records that the database has acknowledged writes of, and kept none: what was told of them was true when it was. */
  readonly dropped: ReadonlySet<string>;
  /** Gateways have found changes that became visible later than others. */
  readonly hasLateChanges: boolean;
}

/** Judges accounts one after the other, again and again while they aren't settled. */
export class Verdict {
  private readonly histories = new Map<Account, History>();

  constructor(private readonly truth: Truth) {}

  of(account: Account): Violation[] {
    const { view, name, end } = account;
    if (end !== undefined) return [{ kind: 'ended', subscriber: name, detail: end }];
    const rows = view.kind === 'collection' ? this.truth.collections.judge(account) : this.events(account);
    return [...rows, ...this.resyncs(account)];
  }

  private events(account: Account): Violation[] {
    const { dropped } = this.truth;
    return judge(account, this.history(account)).filter(({ record }) => record === undefined || !dropped.has(record));
  }

  private history(account: Account): History {
    const known = this.histories.get(account);
    if (known) return known;
    const history = historyOf(account.view, this.truth.feed, this.truth.knowsDeleted);
    this.histories.set(account, history);
    return history;
  }

  private resyncs({ name, view, delivered }: Account): Violation[] {
    return delivered.flatMap((one, place): Violation[] => {
      if (one.kind !== 'resync' || this.isExplained(one, view, delivered.slice(0, place))) return [];
      return [{ kind: 'unexplained resync', subscriber: name, detail: one.reason, at: one.at }];
    });
  }

  /**
   * - `unknown_state`: of a database that doesn't tell what a deleted record was, a restricted stream can't be told of its deletion;
   * - `resubscribed`: the server had to end a stream, since the database was away when rows of it were to be read;
   * - `late`: gateways counted late changes, which also are breaks for recovery; or the subscription is so young that a replay
   *   by another instance tells changes from before it;
   * - `reconnected`: the connection broke while rows were read again for another reason, or when that was still to be told;
   * - `feed_changed`: the database has dropped what it had acknowledged, which also can't be recovered behind.
   */
  private isExplained(
    { reason, at }: Resync,
    { kind, restricted = false }: View,
    before: readonly Delivered[],
  ): boolean {
    const { hasLateChanges, knowsDeleted, dropped } = this.truth;
    const begun = before.findLast((one) => one.kind !== 'event') ?? before[0];
    // The last that it had heard before the replay in which the resync fell.
    const heardAt = before.findLast((one) => one.at < at - REPLAY_MS)?.at ?? at;
    switch (reason) {
      case 'unknown_state':
        return restricted && !knowsDeleted;
      case 'resubscribed':
        return true;
      case 'late':
        return hasLateChanges || heardAt - (begun?.at ?? heardAt) < YOUNG_MS;
      case 'reconnected':
        return (
          hasLateChanges ||
          dropped.size > 0 ||
          (restricted && !knowsDeleted) ||
          (kind !== 'events' && begun?.kind === 'resync')
        );
      case 'feed_changed':
        return dropped.size > 0;
      default:
        return false;
    }
  }
}
