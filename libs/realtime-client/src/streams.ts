import { Stream } from './stream.js';
import type { Subscriber } from './subscriber.js';
import { isSameTarget, type Target } from './subscription.js';

/** The streams of one connection, by name. */
export class Streams {
  private readonly byName = new Map<string, Stream>();

  get(name: string): Stream | undefined {
    return this.byName.get(name);
  }

  add(stream: Stream): Stream {
    this.byName.set(stream.name, stream);
    return stream;
  }

  delete(stream: Stream): void {
    this.byName.delete(stream.name);
  }

  leave(subscriber: Subscriber): void {
    for (const stream of this.byName.values()) stream.subscribers.delete(subscriber);
  }

  have(subscriber: Subscriber): boolean {
    return [...this.byName.values()].some((stream) => stream.subscribers.has(subscriber));
  }

  checkpoint(cursor: string): void {
    for (const stream of this.byName.values()) stream.checkpoint(cursor);
  }

  /** A snapshot of which nothing has come yet is on its way. */
  isToBeRead(subscriber: Subscriber): boolean {
    return [...this.byName.values()].some((stream) => stream.isToBeRead(subscriber));
  }

  /** Takes out all: their connection is gone. */
  takeAll(): Stream[] {
    const all = [...this.byName.values()];
    this.byName.clear();
    return all;
  }

  /** Those of a target that nobody listens to. */
  idle(target: Target): Stream[] {
    return [...this.byName.values()].filter(
      (stream) => stream.subscribers.size === 0 && isSameTarget(stream.target, target),
    );
  }
}
