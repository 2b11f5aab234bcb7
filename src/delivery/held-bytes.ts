import { Account } from './account.js';
import { Shared } from './shared.js';

/** Of the limit, what is left when it was passed: so that nobody looks for the largest each time. */
const RELIEVED = 0.9;

/** Whoever makes the service hold something. */
export interface Holder {
  /** Bytes that wait for a socket that takes no more at the moment. */
  readonly outboxBytes: number;
  readonly closed: boolean;
  /** It has to go, with all that is held for it. Called again if something is still held after that. */
  relieve(): void;
}

export interface HeldLimits {
  /** Bytes that may be held for one. */
  readonly each: number;
  /** Of these, bytes that may wait in its outbox. */
  readonly outbox: number;
  /** Bytes that may be held for all together. */
  readonly total: number;
}

/**
 * What all clients together make the service hold, in bytes. Beyond the limit, those for whom most is held have to go, and
 * what is being made for them, if that is more. Outboxes count for themselves, frame by frame; all else is booked.
 */
export class HeldBytes {
  private readonly accounts = new Set<Account>();
  private readonly making = new Set<Shared>();
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

  /** So many bytes more, or less, are held beside the outboxes. */
  book(bytes: number): void {
    this.booked += bytes;
    this.room = this.limits.total - this.booked;
    if (bytes > 0 && this.outboxes() > this.room) this.relieve();
  }

  /** Lets those go for whom most is held, until less is. */
  relieve(): void {
    const going = [...this.accounts].filter(({ holder }) => holder.closed);
    const staying = [...this.accounts, ...this.making].filter((each) => !each.goes);
    // What was booked for who is closed is taken off in this very turn.
    let left = this.bytes;
    for (const { booked } of going) left -= booked;
    for (const { goes, bytes } of this.making) if (goes) left -= bytes;
    if (left <= this.limits.total) return;
    for (const { holder } of going) {
      if (holder.outboxBytes === 0) continue;
      left -= holder.outboxBytes;
      // Its socket doesn't read: no more of it is waited for.
      holder.relieve();
    }
    for (const each of staying.sort((a, b) => b.bytes - a.bytes)) {
      if (left <= RELIEVED * this.limits.total || each.bytes === 0) return;
      left -= each.bytes;
      each.relieve();
    }
  }
}
