import { Injectable } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import type { Principal } from '../auth/tokens/principal.js';
import { recordIdText } from '../values/record-id-text.js';
import { RecordDecision } from './record-decision.js';

/** The decisions that are kept, by principal and by record. */
@Injectable()
export class RecordDecisions implements Iterable<RecordDecision> {
  size = 0;
  private readonly byPrincipal = new Map<Principal, Map<string, RecordDecision>>();
  private readonly byRecord = new Map<string, Set<RecordDecision>>();
  /** By the principal's id: each of its tokens is a principal of its own above. */
  private readonly shares = new Map<string, number>();
  /** By the tables that were read to decide, beside the record's own. */
  private readonly byTable = new Map<string, Set<RecordDecision>>();

  get(principal: Principal, record: RecordId): RecordDecision | undefined {
    return this.byPrincipal.get(principal)?.get(recordIdText(record));
  }

  of(principal: Principal): Iterable<RecordDecision> {
    return this.byPrincipal.get(principal)?.values() ?? [];
  }

  /** All of one record, by its text. */
  on(key: string): Iterable<RecordDecision> {
    return this.byRecord.get(key) ?? [];
  }

  /** How many are of a principal, over all of its connections. */
  share({ id }: Principal): number {
    return this.shares.get(id) ?? 0;
  }

  /** All that rest on what a table holds. */
  resting(table: string): Iterable<RecordDecision> {
    return this.byTable.get(table) ?? [];
  }

  /** From now on it rests on these tables. */
  rest(decision: RecordDecision, tables: ReadonlySet<string>): void {
    for (const table of decision.tables) {
      const resting = this.byTable.get(table);
      resting?.delete(decision);
      if (resting?.size === 0) this.byTable.delete(table);
    }
    // It may have been forgotten while the database was asked.
    const isKept = this.get(decision.principal, decision.record) === decision;
    decision.tables = isKept ? tables : new Set();
    for (const table of decision.tables) {
      const resting = this.byTable.get(table) ?? new Set<RecordDecision>();
      this.byTable.set(table, resting.add(decision));
    }
  }

  add(decision: RecordDecision): void {
    const { principal, key } = decision;
    const own = this.byPrincipal.get(principal) ?? new Map<string, RecordDecision>();
    this.byPrincipal.set(principal, own.set(key, decision));
    const same = this.byRecord.get(key) ?? new Set<RecordDecision>();
    this.byRecord.set(key, same.add(decision));
    this.size += 1;
    this.shares.set(principal.id, this.share(principal) + 1);
  }

  delete(decision: RecordDecision): void {
    const { principal, key } = decision;
    const own = this.byPrincipal.get(principal);
    if (own?.get(key) !== decision) return;
    own.delete(key);
    if (own.size === 0) this.byPrincipal.delete(principal);
    const same = this.byRecord.get(key);
    same?.delete(decision);
    if (same?.size === 0) this.byRecord.delete(key);
    this.size -= 1;
    const share = this.share(principal) - 1;
    if (share > 0) this.shares.set(principal.id, share);
    else this.shares.delete(principal.id);
    this.rest(decision, new Set());
  }

  /** What is no yes is kept only while somebody waits for it. */
  keepIfYes(decision: RecordDecision): void {
    if (decision.answer !== 'yes' && decision.awaited === 0) this.delete(decision);
  }

  *[Symbol.iterator](): Iterator<RecordDecision> {
    for (const own of this.byPrincipal.values()) yield* own.values();
  }
}
