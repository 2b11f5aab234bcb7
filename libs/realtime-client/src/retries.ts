import type { Subscriber } from './subscriber.js';

/** Subscribers that were refused for now, and are asked for again. */
export class Retries {
  private readonly timers = new Map<Subscriber, ReturnType<typeof setTimeout>>();

  has(subscriber: Subscriber): boolean {
    return this.timers.has(subscriber);
  }

  add(subscriber: Subscriber, delay: number, again: () => void): void {
    this.cancel(subscriber);
    this.timers.set(subscriber, setTimeout(again, delay));
  }

  cancel(subscriber: Subscriber): void {
    clearTimeout(this.timers.get(subscriber));
    this.timers.delete(subscriber);
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
