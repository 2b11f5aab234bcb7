import { Deque } from './deque.js';

/** Hands out turns of the event loop, one at a time in order, so that much work for many leaves others theirs in between. */
export class Turns {
  private readonly waiting = new Deque<() => void>();

  /** Settles at the beginning of a turn that nobody else was given. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === 1) setImmediate(this.hand);
    });
  }

  private readonly hand = (): void => {
    this.waiting.shift()?.();
    if (this.waiting.length > 0) setImmediate(this.hand);
  };
}
