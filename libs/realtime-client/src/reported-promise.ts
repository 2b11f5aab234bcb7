/** A promise of which it is reported what it rejects with when nobody waits for it. */
export class ReportedPromise<Value> extends Promise<Value> {
  private isAwaited = false;

  /** What comes of it is a promise like any other. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** @param report called with what it rejects with when nobody waits for it: the process isn't ended by it */
  static of<Value>(promise: Promise<Value>, report: (error: unknown) => void): ReportedPromise<Value> {
    const reported = new ReportedPromise<Value>((resolve, reject) => void promise.then(resolve, reject));
    // Not at once: whoever is given the promise that rejects comes to wait for it within the turn.
    const failed = (error: unknown) => void setTimeout(() => reported.isAwaited || report(error), 0);
    void Promise.prototype.then.call(reported, undefined, failed);
    return reported;
  }

  override then<Result = Value, Failure = never>(
    resolved?: ((value: Value) => Result | PromiseLike<Result>) | null,
    rejected?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    this.isAwaited = true;
    return super.then(resolved, rejected);
  }
}
