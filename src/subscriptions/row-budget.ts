/** What keeps some fields of each record of a table. */
export interface RowKeeper {
  readonly bytes: number;
  /** The policy needs it: it comes before what any client's filter needs. */
  readonly rights: boolean;
  /** The clients for whose filters it is there. */
  readonly holders: ReadonlySet<string> | ReadonlyMap<string, unknown>;
  /** Forgets its rows: there is no room for them. */
  giveUp(): void;
}

/** Bytes that all who keep rows may keep together, and who of them gives way. */
export class RowBudget {
  private readonly keepers = new Set<RowKeeper>();
  private used = 0;

  constructor(private readonly limitBytes: number) {}

  get bytes(): number {
    return this.used;
  }

  add(keeper: RowKeeper): void {
    this.keepers.add(keeper);
  }

  remove(keeper: RowKeeper): void {
    this.keepers.delete(keeper);
  }

  /** What one that begins to fill may keep: a client's takes nothing from others, the policy's what clients' have. */
  roomFor({ rights }: RowKeeper): number {
    if (!rights) return Math.max(0, this.limitBytes - this.used);
    let left = this.limitBytes;
    for (const keeper of this.keepers) if (keeper.rights) left -= keeper.bytes;
    return Math.max(0, left);
  }

  /** Accounts for what is kept. Where that is too much, others give way, or whoever keeps it. */
  take(bytes: number): void {
    this.used += bytes;
    while (this.used > this.limitBytes) {
      const before = this.used;
      this.largest()?.giveUp();
      if (this.used === before) return;
    }
  }

  release(bytes: number): void {
    this.used -= bytes;
  }

  /** Of a client that has more kept than others, where what several hold is the less anyone's; without any, of the policy. */
  private largest(): RowKeeper | undefined {
    const all = [...this.keepers].filter(({ bytes }) => bytes > 0);
    const clients = all.filter(({ rights }) => !rights);
    if (clients.length === 0) return maximum(all, ({ bytes }) => bytes);
    const shares = new Map<string, number>();
    for (const { holders, bytes } of clients) {
      for (const client of holders.keys()) shares.set(client, (shares.get(client) ?? 0) + bytes / holders.size);
    }
    // As modest as the most modest of those who need it.
    const leastShare = new Map(clients.map((keeper) => [keeper, least(keeper.holders.keys(), shares)]));
    const most = Math.max(...leastShare.values());
    const hits = clients.filter((keeper) => leastShare.get(keeper) === most);
    return maximum(hits, ({ bytes, holders }) => bytes / holders.size);
  }
}

function least(clients: Iterable<string>, shares: ReadonlyMap<string, number>): number {
  let lowest = Infinity;
  for (const client of clients) lowest = Math.min(lowest, shares.get(client) ?? 0);
  return lowest;
}

function maximum<T>(items: readonly T[], valueOf: (item: T) => number): T | undefined {
  let [largest] = items;
  for (const item of items) if (largest === undefined || valueOf(item) > valueOf(largest)) largest = item;
  return largest;
}
