import { Logger } from '@nestjs/common';
import type { MetricsService } from '../../metrics/metrics.service.js';
import type { Change, FeedMark } from '../changes/change.js';
import type { DatabaseListener, Delay } from '../changes/database-listener.js';
import type { FeedReaderListener } from './feed-reader.js';
import type { TableCatalog } from '../tables/table-catalog.js';
import { isOwnTable } from '../tables/table-definition.js';

export interface ChangeDeliveryOptions {
  /** Whom it tells. */
  readonly listener: () => DatabaseListener | undefined;
  /** These changes were read. */
  readonly wrote: (changes: readonly Change[]) => void;
  /** A change of a table that has no changefeed, found in that of another. */
  readonly strayed: (change: Change) => void;
  /** A table has been defined, or defined again. */
  readonly defined: () => void;
  /** The feed is another than the one that was read. */
  readonly replaced: () => void;
}

/** Tells what the reader finds: the listener what it can do something with, metrics and log the rest. */
export class ChangeDelivery implements FeedReaderListener {
  private readonly logger = new Logger('Surreal');

  constructor(
    private readonly tables: TableCatalog,
    private readonly metrics: MetricsService,
    private readonly options: ChangeDeliveryOptions,
  ) {}

  began(mark: FeedMark): void {
    this.listener?.began(mark);
  }

  before(changes: readonly Change[]): Delay | undefined {
    return this.listener?.before?.(changes);
  }

  changes(changes: readonly Change[]): void {
    this.options.wrote(changes);
    // What a feed without INCLUDE ORIGINAL tells is told by live queries.
    const durable = changes.filter(({ table }) => this.tables.known(table)?.durable ?? true);
    if (durable.length < changes.length) this.passOn(changes);
    const newest = durable.at(-1);
    if (!newest) return;
    for (const { table } of durable) if (!isOwnTable(table)) this.metrics.changes.inc(table);
    this.metrics.feedLag.set(Math.max(0, Date.now() - newest.time) / 1_000);
    this.listener?.changes(durable);
  }

  /** The embedded engine writes the deletion of an edge to the changefeed of the vertex that it is deleted with. */
  private passOn(changes: readonly Change[]): void {
    for (const change of changes) {
      const table = this.tables.known(change.table);
      if (table && !table.durable && table.retentionMs === 0) this.options.strayed(change);
    }
  }

  late(change: Change): void {
    this.listener?.late(change);
  }

  swept(late: number): void {
    this.metrics.lateChanges.inc(late);
  }

  marked(mark: FeedMark): void {
    this.listener?.marked(mark);
    // A definition names its table.
    if (mark.table !== undefined) this.options.defined();
  }

  unreadable(mark: FeedMark, cause: unknown): void {
    const reason =
      cause instanceof Error ? cause.message : "it holds a value that the database can't hand out, such as a regex";
    this.logger.error(
      `A transaction in the changefeed (versionstamp ${mark.place.stamp}) can't be read: ${reason}. Every stream is delivered to read again`,
    );
    this.listener?.unreadable(mark);
  }

  replaced(): void {
    this.options.replaced();
  }

  private get listener(): DatabaseListener | undefined {
    return this.options.listener();
  }
}
