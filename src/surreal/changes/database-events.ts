import type { ResyncReason } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import type { Change, FeedMark } from './change.js';
import type { DatabaseListener, Delay, WriteObserver } from './database-listener.js';

/** What happens in the database, from whichever part finds it out, to the one who wants to know. */
@Injectable()
export class DatabaseEvents implements DatabaseListener {
  private listener: DatabaseListener | undefined;
  private readonly observers: WriteObserver[] = [];

  /** From now on this one is told, and nobody else. */
  listen(listener: DatabaseListener): void {
    this.listener = listener;
  }

  observe(observer: WriteObserver): void {
    this.observers.push(observer);
  }

  began(mark: FeedMark, log?: string): void {
    for (const observer of this.observers) observer.doubted();
    this.listener?.began(mark, log);
  }

  before(changes: readonly Change[]): Delay | undefined {
    for (const observer of this.observers) observer.wrote(changes);
    return this.listener?.before?.(changes);
  }

  changes(changes: readonly Change[]): void {
    this.listener?.changes(changes);
  }

  marked(mark: FeedMark): void {
    this.listener?.marked(mark);
  }

  late(change: Change): void {
    for (const observer of this.observers) observer.wrote([change]);
    this.listener?.late(change);
  }

  broken(table: string, reason: ResyncReason): void {
    for (const observer of this.observers) observer.doubted();
    this.listener?.broken(table, reason);
  }

  unreadable(mark: FeedMark, log?: string): void {
    for (const observer of this.observers) observer.doubted();
    this.listener?.unreadable(mark, log);
  }

  replaced(): void {
    this.listener?.replaced();
  }

  removed(table: string): void {
    this.listener?.removed(table);
  }
}
