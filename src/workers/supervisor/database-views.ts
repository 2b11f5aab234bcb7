import { Injectable } from '@nestjs/common';
import { DatabaseState } from '../../surreal/connection/database-state.js';
import { Database } from '../../surreal/database.js';
import { FeedReader } from '../../surreal/feed/feed-reader.js';
import { TableCatalog } from '../../surreal/tables/table-catalog.js';
import { encodeNotice } from '../link/link.js';
import type { DatabaseView, SupervisorNotices, SupervisorSays } from '../link/vocabularies.js';
import { SharedTables } from './shared-tables.js';

const KINDS = ['tables', 'followed', 'settled', 'view'] as const;

type Kind = (typeof KINDS)[number];

/** What workers have to know of the database beside what happens there: each time all of it, where it has become different. */
@Injectable()
export class DatabaseViews {
  private readonly told = new Map<Kind, string>();
  private catalog: unknown;

  constructor(
    private readonly database: Database,
    private readonly state: DatabaseState,
    private readonly reader: FeedReader,
    private readonly tables: TableCatalog,
    private readonly followed: SharedTables,
  ) {}

  /** All of it but whether the database is there, for a worker that knows nothing yet. */
  all(): readonly Buffer[] {
    return KINDS.filter((kind) => kind !== 'view').map((kind) => encode(kind, this.valueOf(kind)));
  }

  /** Whether the database is there. */
  stateNow(): Buffer {
    return encode('view', this.valueOf('view'));
  }

  /** What is different from what was told last. */
  news(): readonly Buffer[] {
    return KINDS.flatMap((kind) => (this.isNews(kind) ? encode(kind, this.valueOf(kind)) : []));
  }

  private isNews(kind: Kind): boolean {
    if (kind === 'tables') {
      // Read again each second, and hardly ever different.
      const { definitions } = this.tables;
      if (definitions === this.catalog) return false;
      this.catalog = definitions;
    }
    const text = JSON.stringify(this.valueOf(kind));
    if (text === this.told.get(kind)) return false;
    this.told.set(kind, text);
    return true;
  }

  private valueOf<K extends Kind>(kind: K): SupervisorNotices[K];
  private valueOf(kind: Kind): SupervisorNotices[Kind] {
    switch (kind) {
      case 'tables':
        return [...this.tables];
      case 'followed':
        return this.followed.durabilities();
      case 'settled':
        return [String(this.reader.settled), this.database.liveCursor];
      case 'view':
        return this.view();
    }
  }

  private view(): DatabaseView {
    const { status, reason } = this.state;
    return {
      status,
      ...(reason !== undefined && { reason }),
      full: this.database.deliversImages,
      id: this.database.id,
    };
  }
}

function encode<K extends Kind>(kind: K, value: SupervisorNotices[K]): Buffer {
  return encodeNotice<SupervisorSays, K>(kind, value);
}
