interface SeenTransaction {
  count: number;
  readonly records: string[];
}

/**
 * Which changes have been handed on, over the stretch of the feed that is read again and again. A transaction can be cut
 * in two by a page, so it is known by how many of its changes were seen; they keep their order.
 */
export class SeenChanges {
  private readonly transactions = new Map<bigint, SeenTransaction>();
  private readonly newest = new Map<string, bigint>();

  /** How many changes of a transaction were seen. */
  count(stamp: bigint): number {
    return this.transactions.get(stamp)?.count ?? 0;
  }

  /** Notes one more change of a transaction; definitions have no record. */
  add(stamp: bigint, record?: string): void {
    let transaction = this.transactions.get(stamp);
    if (!transaction) this.transactions.set(stamp, (transaction = { count: 0, records: [] }));
    transaction.count += 1;
    if (record === undefined) return;
    transaction.records.push(record);
    if ((this.newest.get(record) ?? -1n) < stamp) this.newest.set(record, stamp);
  }

  /** Whether a newer change of the record has been handed on already. */
  overtaken(stamp: bigint, record: string): boolean {
    return (this.newest.get(record) ?? -1n) > stamp;
  }

  /** Forgets what lies before a stamp from which on all is read again. */
  forgetBefore(stamp: bigint): void {
    for (const [seen, { records }] of this.transactions) {
      if (seen >= stamp) return;
      this.transactions.delete(seen);
      for (const record of records) if (this.newest.get(record) === seen) this.newest.delete(record);
    }
  }

  clear(): void {
    this.transactions.clear();
    this.newest.clear();
  }
}
