import type { HeldBytes, Holder } from './held-bytes.js';

/** Something that is in memory once, however many it is held for. */
export class Shared {
  holders = 0;

  constructor(readonly bytes: number) {}
}

/** What one client makes the service hold, in bytes. Whoever books something takes it off again. */
export class Account {
  private sum = 0;
  /** Bytes that may wait in its outbox, beside all else that is held for it now. */
  outboxRoom: number;

  constructor(
    private readonly all: HeldBytes,
    readonly holder: Holder,
  ) {
    this.outboxRoom = this.roomBeside(0);
  }

  get bytes(): number {
    return this.sum + this.holder.outboxBytes;
  }

  /** Bytes of all but its outbox. */
  get booked(): number {
    return this.sum;
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

  share(shared: Shared): void {
    shared.holders += 1;
    this.add(shared.bytes);
    if (shared.holders === 1) this.all.book(shared.bytes);
  }

  letGo(shared: Shared): void {
    shared.holders -= 1;
    this.add(-shared.bytes);
    if (shared.holders === 0) this.all.book(-shared.bytes);
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
