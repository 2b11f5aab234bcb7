import type { Stream } from './stream.js';
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

  /** @returns who has to read its rows again */
  checkpoint(cursor: string): Subscriber[] {
    return [...this.byName.values()].flatMap((stream) => stream.checkpoint(cursor));
  }

  /** Their connection is gone. */
  clear(): void {
    this.byName.clear();
  }

  /** Those of a target that nobody listens to. */
  idle(target: Target): Stream[] {
    return [...this.byName.values()].filter(
      (stream) => stream.subscribers.size === 0 && isSameTarget(stream.target, target),
    );
  }
}
