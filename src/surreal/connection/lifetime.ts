import { DatabaseUnavailable } from './database-unavailable.js';

/** How long a connection lasts: whoever waits for an answer over it waits no longer than that. */
export class Lifetime {
  /** Those who wait. Racing answers with `ended` itself would keep each of them until the connection ends. */
  private readonly waiting = new Set<(reason: DatabaseUnavailable) => void>();
  private endedFor: DatabaseUnavailable | undefined;
  private announceEnd: (reason: DatabaseUnavailable) => void = () => undefined;
  /** Settles when the connection has ended, with the reason. Never rejects. */
  readonly ended = new Promise<DatabaseUnavailable>((resolve) => (this.announceEnd = resolve));

  /** The first reason is the one that counts. */
  end(reason: DatabaseUnavailable): void {
    if (this.endedFor) return;
    this.endedFor = reason;
    this.announceEnd(reason);
    for (const fail of this.waiting) fail(reason);
  }

  /**
   * Asks, and waits for the answer. Once the connection has ended the SDK isn't asked: some of its calls throw at once, and
   * what they throw is its own. @throws DatabaseUnavailable at the end, or after `timeoutMs`; or what the answer is
   */
  within<T>(timeoutMs: number, ask: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.endedFor) throw this.endedFor;
      const answer = ask();
      const timer = setTimeout(() => fail(new DatabaseUnavailable(`no answer within ${timeoutMs} ms`)), timeoutMs);
      const leave = () => {
        clearTimeout(timer);
        this.waiting.delete(fail);
      };
      const fail = (reason: Error) => {
        leave();
        reject(reason);
      };
      this.waiting.add(fail);
      answer.then((value) => {
        leave();
        resolve(value);
      }, fail);
    });
  }
}
