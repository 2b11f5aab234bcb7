import { Holdings, type Lasting } from './holdings.js';
import type { Shared } from './shared.js';

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

/** Where an account's bytes are booked together with those of all others. */
export interface AccountBooks {
  readonly limits: HeldLimits;
  /** So many bytes more, or less, are held. */
  book(bytes: number): void;
  /** It is held for one more, and counts once. */
  join(lasting: Lasting): void;
  part(lasting: Lasting): void;
  /** Something that will be held for several. */
  begin(): Shared;
  forget(account: Account): void;
}

/** What one client makes the service hold, in bytes. Whoever books something takes it off again. */
export class Account {
  private sum = 0;
  private left = 0;
  private shares = 0;
  private waiters: (() => void)[] = [];
  private lastings: Holdings<Lasting> | undefined;
  /** Bytes that may wait in its outbox, beside all else that is held for it now. */
  outboxRoom: number;

  constructor(
    private readonly all: AccountBooks,
    readonly holder: Holder,
  ) {
    this.outboxRoom = this.roomBeside(0);
  }

  get bytes(): number {
    return this.sum + this.holder.outboxBytes;
  }

  /** Bytes, of all but its outbox, that are taken off in this very turn, since its holder was closed in it. */
  get leaving(): number {
    return Math.min(this.left, this.sum);
  }

  get goes(): boolean {
    return this.holder.closed;
  }

  relieve(): void {
    this.holder.relieve();
  }

  /** Whether so many bytes more may be held. */
  fits(bytes: number): boolean {
    return this.bytes + bytes <= this.all.limits.each;
  }

  /** So many bytes more, or less, are held. */
  book(bytes: number): void {
    this.add(bytes);
    this.all.book(bytes);
  }

  /** Something is held for this one, and maybe for others: it counts once here. @returns whether it fits; if not, it isn't held. */
  join(lasting: Lasting): boolean {
    this.lastings ??= new Holdings();
    if (!this.lastings.has(lasting) && !this.fits(lasting.bytes)) return false;
    if (!this.lastings.add(lasting)) return true;
    this.add(lasting.bytes);
    this.all.join(lasting);
    return true;
  }

  part(lasting: Lasting): void {
    if (!this.lastings?.remove(lasting)) return;
    this.add(-lasting.bytes);
    this.all.part(lasting);
  }

  /** Something that will be held for several, this one perhaps among them. */
  begin(): Shared {
    return this.all.begin();
  }

  /** @returns whether it fits; if not, it isn't held. */
  share(shared: Shared): boolean {
    if (!this.fits(shared.bytes)) return false;
    shared.hold();
    this.shares += 1;
    this.add(shared.bytes);
    return true;
  }

  letGo(shared: Shared): void {
    shared.letGo();
    this.shares -= 1;
    this.add(-shared.bytes);
    const { waiters } = this;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Settles when something that was shared is let go; `undefined` when there is nothing to wait for. */
  get less(): Promise<void> | undefined {
    return this.shares === 0 ? undefined : new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Its holder was closed: most of what it holds is taken off in this turn, by whoever booked it. */
  leave(): void {
    this.left = this.sum;
    setImmediate(() => (this.left = 0));
  }

  /** Nothing more comes from its holder. */
  close(): void {
    this.all.forget(this);
  }

  private add(bytes: number): void {
    this.sum += bytes;
    this.outboxRoom = this.roomBeside(this.sum);
  }

  private roomBeside(booked: number): number {
    const { each, outbox } = this.all.limits;
    return Math.min(outbox, each - booked);
  }
}
