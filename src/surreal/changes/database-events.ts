import type { ResyncReason } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import type { Change, FeedMark } from './change.js';
import type { DatabaseListener, Delay } from './database-listener.js';

/** What happens in the database, from whichever part finds it out, to the one who wants to know. */
@Injectable()
export class DatabaseEvents implements DatabaseListener {
  private listener: DatabaseListener | undefined;

  /** From now on this one is told, and nobody else. */
  listen(listener: DatabaseListener): void {
    this.listener = listener;
  }

  began(mark: FeedMark): void {
    this.listener?.began(mark);
  }

  before(changes: readonly Change[]): Delay | undefined {
    return this.listener?.before?.(changes);
  }

  changes(changes: readonly Change[]): void {
    this.listener?.changes(changes);
  }

  marked(mark: FeedMark): void {
    this.listener?.marked(mark);
  }

  late(change: Change): void {
    this.listener?.late(change);
  }

  broken(table: string, reason: ResyncReason): void {
    this.listener?.broken(table, reason);
  }

  unreadable(mark: FeedMark): void {
    this.listener?.unreadable(mark);
  }

  replaced(): void {
    this.listener?.replaced();
  }

  removed(table: string): void {
    this.listener?.removed(table);
  }
}
