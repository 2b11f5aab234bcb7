import { Account } from './account.js';

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
 * What all clients together make the service hold, in bytes. Beyond the limit, those for whom most is held have to go.
 * Outboxes count for themselves, frame by frame; all else is booked on an account.
 */
export class HeldBytes {
  private readonly accounts = new Set<Account>();
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

  /** So many bytes more, or less, are held beside the outboxes. */
  book(bytes: number): void {
    this.booked += bytes;
    this.room = this.limits.total - this.booked;
    if (bytes > 0 && this.outboxes() > this.room) this.relieve();
  }

  /** Lets those go for whom most is held, until less is. */
  relieve(): void {
    const open: Account[] = [];
    const closed: Account[] = [];
    for (const account of this.accounts) (account.holder.closed ? closed : open).push(account);
    // What was booked for who is closed is taken off in this very turn.
    let left = closed.reduce((sum, account) => sum - account.booked, this.bytes);
    if (left <= this.limits.total) return;
    for (const { holder } of closed) {
      if (holder.outboxBytes === 0) continue;
      left -= holder.outboxBytes;
      // Its socket doesn't read: no more of it is waited for.
      holder.relieve();
    }
    for (const { bytes, holder } of open.sort((a, b) => b.bytes - a.bytes)) {
      if (left <= RELIEVED * this.limits.total || bytes === 0) return;
      left -= bytes;
      holder.relieve();
    }
  }
}
