import { RealtimeError } from '../errors.js';

interface Waiter<Event> {
  resolve(result: IteratorResult<Event>): void;
  reject(error: RealtimeError): void;
}

/** Events between the socket and a `for await` loop: bounded, and what ends it comes after what is in it. */
export class EventBuffer<Event> implements AsyncIterableIterator<Event> {
  private events: Event[] = [];
  private waiters: Waiter<Event>[] = [];
  private outcome: 'open' | 'ended' | RealtimeError = 'open';

  /** @param left called when the loop is left early (`break`, `return`, an exception) */
  constructor(
    private readonly capacity: number,
    private readonly left: () => void,
  ) {}

  /** False: there is no room. The event isn't in it, and the buffer has to be ended. */
  push(event: Event): boolean {
    if (this.outcome !== 'open') return true;
    const waiter = this.waiters.shift();
    if (waiter !== undefined) waiter.resolve({ done: false, value: event });
    else if (this.events.length >= this.capacity) return false;
    else this.events.push(event);
    return true;
  }

  /** Ends the loop once it has had what is buffered; with an error, by throwing it there. */
  end(error?: RealtimeError): void {
    if (this.outcome !== 'open') return;
    this.outcome = error ?? 'ended';
    const [first, ...others] = this.waiters;
    this.waiters = [];
    if (first !== undefined && error !== undefined) {
      this.outcome = 'ended'; // an error is thrown once
      first.reject(error);
    } else {
      first?.resolve({ done: true, value: undefined });
    }
    for (const waiter of others) waiter.resolve({ done: true, value: undefined });
  }

  async next(): Promise<IteratorResult<Event>> {
    const event = this.events.shift();
    if (event !== undefined) return { done: false, value: event };
    if (this.outcome === 'open') return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
    const outcome = this.outcome;
    this.outcome = 'ended';
    if (outcome !== 'ended') throw outcome;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Event>> {
    this.events = [];
    this.end();
    this.left();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
