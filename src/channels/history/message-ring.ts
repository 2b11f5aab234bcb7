import type { Publication } from '../broker.js';

/** Slots of a ring that holds anything: a power of two. */
const LEAST_SLOTS = 4;

/** For whom a message counts while it is kept. */
export interface MessageOwner {
  /** One of its messages, of so many bytes, is kept no longer. */
  remove(bytes: number): void;
}

/** A message that is kept. The objects are used again and again: what is kept for long costs a collector of garbage most. */
export class KeptMessage {
  event = '';
  /** JSON text. */
  data = '';
  from: string | undefined = undefined;
  time = '';
  exclude: string | undefined = undefined;
  bytes = 0;
  /** When it is too old. */
  expires = 0;
  /** In whose share it is, while it is in any. */
  owner: MessageOwner | undefined = undefined;

  fill({ event, data, from, time, exclude }: Publication): this {
    this.event = event;
    this.data = data;
    this.from = from;
    this.time = time;
    this.exclude = exclude;
    return this;
  }

  /** Lets go of what it has. */
  clear(): void {
    this.event = '';
    this.data = '';
    this.from = undefined;
    this.time = '';
    this.exclude = undefined;
    this.owner = undefined;
  }
}

/** Messages with successive numbers, of which the oldest goes first. It grows and shrinks with what it holds. */
export class MessageRing {
  private slots: (KeptMessage | undefined)[] = [];
  private held = 0;

  get length(): number {
    return this.held;
  }

  /** The message of a number that is held. */
  at(number: number): KeptMessage {
    const kept = this.slots[number & (this.slots.length - 1)];
    if (!kept) throw new RangeError(`There is no message ${number}.`);
    return kept;
  }

  /** Has a message of the next number, the first of them any, to be filled. */
  push(number: number): KeptMessage {
    if (this.held === this.slots.length) this.resize(number - 1, Math.max(LEAST_SLOTS, 2 * this.held));
    this.held += 1;
    const place = number & (this.slots.length - 1);
    return (this.slots[place] ??= new KeptMessage());
  }

  /** Lets go of the oldest one, which has this number. */
  shift(number: number): void {
    this.at(number).clear();
    this.held -= 1;
    if (this.held === 0) this.slots = [];
    else if (4 * this.held < this.slots.length) this.resize(number + this.held, this.slots.length / 2);
  }

  /** @param newest number of the newest one that is held */
  private resize(newest: number, size: number): void {
    const slots = new Array<KeptMessage | undefined>(size).fill(undefined);
    for (let number = newest - this.held + 1; number <= newest; number += 1)
      slots[number & (size - 1)] = this.at(number);
    this.slots = slots;
  }
}
