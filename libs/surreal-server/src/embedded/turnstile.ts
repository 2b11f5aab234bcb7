/**
 * Orders the calls of one session. The engine runs calls in no particular order, and a query that it takes up after a
 * sign-out sent later would run as root: what changes the session waits for every earlier call, and later calls for it.
 */
export class Turnstile {
  readonly #running = new Set<Promise<unknown>>();
  #lastAlone: Promise<unknown> = Promise.resolve();

  /** Runs beside other shared calls. */
  shared<T>(call: () => Promise<T>): Promise<T> {
    return this.#track(this.#lastAlone.then(call));
  }

  /** Runs when every earlier call has ended, and before any later one. */
  alone<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#track(Promise.allSettled([...this.#running]).then(call));
    this.#lastAlone = result.catch(() => undefined);
    return result;
  }

  #track<T>(call: Promise<T>): Promise<T> {
    this.#running.add(call);
    const ended = (): void => void this.#running.delete(call);
    call.then(ended, ended);
    return call;
  }
}
