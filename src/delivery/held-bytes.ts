import { Account, type AccountBooks, type HeldLimits, type Holder } from './account.js';
import { Holdings, type Lasting } from './holdings.js';
import { Shared, type SharedBooks } from './shared.js';

/** Of the limit, what is left when it was passed: so that nobody looks for the largest each time. */
const RELIEVED = 0.9;

/**
 * What all clients together make the service hold, in bytes. Beyond the limit, those for whom most is held have to go, and
 * what is being made for them, if that is more. Outboxes count for themselves, frame by frame; all else is booked.
 */
export class HeldBytes implements AccountBooks, SharedBooks {
  private readonly accounts = new Set<Account>();
  private readonly making = new Set<Shared>();
  private readonly lastings = new Holdings<Lasting>();
  private booked = 0;
  private outboxes = (): number => 0;
  /** Bytes that may wait in all outboxes together, beside all else that is held now. */
  room: number;

  constructor(readonly limits: HeldLimits) {
    this.room = limits.total;
  }

  get bytes(): number {
    return this.booked + this.outboxes();
  }

  /** Whether so many bytes more may be held for all together. */
  fits(bytes: number): boolean {
    return this.bytes + bytes <= this.limits.total;
  }

  /** From now on this is what waits in all outboxes. */
  readOutboxes(waiting: () => number): void {
    this.outboxes = waiting;
  }

  open(holder: Holder): Account {
    const account = new Account(this, holder);
    this.accounts.add(account);
    return account;
  }

  forget(account: Account): void {
    this.accounts.delete(account);
  }

  /** Something that will be held for several. It is made until it is let go by who makes it. */
  begin(): Shared {
    const shared = new Shared(this);
    this.making.add(shared);
    return shared;
  }

  made(shared: Shared): void {
    this.making.delete(shared);
  }

  /** It is held for one more, and counts once. */
  join(lasting: Lasting): void {
    if (this.lastings.add(lasting)) this.book(lasting.bytes);
  }

  part(lasting: Lasting): void {
    if (this.lastings.remove(lasting)) this.book(-lasting.bytes);
  }

  /** So many bytes more, or less, are held beside the outboxes. */
  book(bytes: number): void {
    this.booked += bytes;
    this.room = this.limits.total - this.booked;
    if (bytes > 0 && this.outboxes() > this.room) this.relieve();
  }

  /** Lets those go for whom most is held, until less is. */
  relieve(): void {
    if (this.lasting <= this.limits.total) return;
    // Whose socket doesn't answer the close is waited for no more.
    for (const account of this.accounts) if (account.goes && account.bytes > account.leaving) account.relieve();
    let left = this.lasting;
    const staying = [...this.accounts, ...this.making].filter(({ goes }) => !goes);
    for (const each of staying.sort((a, b) => b.bytes - a.bytes)) {
      if (left <= RELIEVED * this.limits.total || each.bytes === 0) return;
      left -= each.bytes;
      each.relieve();
    }
  }

  /** Bytes of all but what is taken off in this very turn. */
  private get lasting(): number {
    let lasting = this.bytes;
    for (const { leaving } of this.accounts) lasting -= leaving;
    return lasting;
  }
}
