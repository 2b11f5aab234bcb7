import type { ResyncReason } from '@edge-hive/protocol';
import type { Change, FeedMark } from './change.js';

/** What has to be done between changes, before the later ones are told. */
export interface Delay {
  /** How many changes don't wait for it. */
  readonly after: number;
  /** Never rejects. */
  readonly until: Promise<void>;
}

/** Whoever wants to know what happens in the database. */
export interface DatabaseListener {
  /**
   * Behind a place in the feed all durable changes will be told; what was told before belongs to another feed.
   * @param log names what is told from here on, where others are told the same in the same order.
   */
  began(mark: FeedMark, log?: string): void;
  /** Durable changes that are about to be told. @returns which of them wait, and for what; `undefined`: none. */
  before?(changes: readonly Change[]): Delay | undefined;
  /** New changes, in the order in which they are to be told. */
  changes(changes: readonly Change[]): void;
  /** An entry between the changes that is none: a stream can begin there, too. */
  marked(mark: FeedMark): void;
  /** Found after a newer change of its record had been told: it can't be told any more. */
  late(change: Change): void;
  /** Changes of a table may have been missed. */
  broken(table: string, reason: ResyncReason): void;
  /**
   * A transaction can't be read: changes of any table may have been missed.
   * @param log as with `began`: it begins anew.
   */
  unreadable(mark: FeedMark, log?: string): void;
  /** The database is another than before, or has been set back: nothing read from it so far counts. */
  replaced(): void;
  /** A table that was followed is gone; it isn't followed any more. */
  removed(table: string): void;
}

/** Whoever wants to know what was written, to any table with a changefeed, whether or not anybody follows it. */
export interface WriteObserver {
  /** In the order of the feed, or late. */
  wrote(changes: readonly Change[]): void;
  /** Writes may have been missed. */
  doubted(): void;
}
