import { CommandError } from '../errors/command-error.js';

/** Where the bytes of everything shared are booked. */
export interface SharedBooks {
  /** So many bytes more, or less, are held. */
  book(bytes: number): void;
  /** It isn't made any further. */
  made(shared: Shared): void;
}

/** Something that is in memory once, however many it is held for, who makes it among them. */
export class Shared {
  private size = 0;
  private holders = 1;
  /** There is too much of all, and most of it is this: it isn't made any further. */
  goes = false;
  /** Lets go of what was made so far. Set by who makes it. */
  drop: () => void = () => undefined;

  constructor(private readonly all: SharedBooks) {}

  get bytes(): number {
    return this.size;
  }

  /** It becomes so much larger while it is made. @throws CommandError UNAVAILABLE when it has to go */
  grow(bytes: number): void {
    this.check();
    this.size += bytes;
    this.all.book(bytes);
    this.check();
  }

  /** @throws CommandError UNAVAILABLE when it had to go */
  check(): void {
    if (this.goes) {
      throw new CommandError('UNAVAILABLE', 'As much is held for all clients as may be: try again in a moment.');
    }
  }

  relieve(): void {
    this.goes = true;
    this.shrink();
    this.drop();
  }

  /** It is made anew. */
  shrink(): void {
    this.all.book(-this.size);
    this.size = 0;
  }

  hold(): void {
    this.holders += 1;
    if (this.holders === 1) this.all.book(this.size);
  }

  letGo(): void {
    this.all.made(this);
    this.holders -= 1;
    if (this.holders === 0) this.all.book(-this.size);
  }
}
