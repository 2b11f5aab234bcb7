import type { FeedChange } from '../test/support/feed.js';
import type { Mutation } from './mutation.js';
import type { Violation } from './violation.js';

/** What the writers know of what they wrote: each record has one writer, who writes it once the last write is acknowledged. */
export class Ledger {
  private readonly acknowledged = new Map<string, string[]>();
  writes = 0;
  /** Writes of which it isn't known whether they were done. Their records are left alone from then on. */
  unknown = 0;

  acknowledge(mutations: readonly Mutation[]): void {
    for (const mutation of mutations) {
      this.writes += 1;
      const record = `${mutation.table}:${mutation.id}`;
      const known = this.acknowledged.get(record);
      if (known) known.push(textOf(mutation.action, mutation.row?.version));
      else this.acknowledged.set(record, [textOf(mutation.action, mutation.row?.version)]);
    }
  }

  /** Acknowledged writes that the database's own record lacks. */
  missing(feed: readonly FeedChange[]): Violation[] {
    const written = new Map<string, string[]>();
    for (const { id, action, after } of feed) {
      const text = textOf(action, after?.['version']);
      const known = written.get(id);
      if (known) known.push(text);
      else written.set(id, [text]);
    }
    return [...this.acknowledged].flatMap(([record, texts]) => {
      const places = written.get(record) ?? [];
      // Behind what is acknowledged there can be no more than the write whose outcome isn't known.
      const detail = `acknowledged ${texts.join(', ')}; in the feed ${places.join(', ')}`;
      const isThere = texts.every((text, place) => places[place] === text);
      return isThere ? [] : [{ kind: 'write not in the feed' as const, subscriber: 'writers', record, detail }];
    });
  }
}

function textOf(action: string, version: unknown): string {
  return action === 'DELETE' ? action : `${action} ${String(version)}`;
}
