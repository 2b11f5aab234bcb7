/** A promise, and those who settle it. */
export class Deferred {
  readonly promise: Promise<void>;
  resolve: () => void = () => undefined;
  reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Settles as another one does. */
  follow({ promise }: Deferred): void {
    promise.then(this.resolve, this.reject);
  }
}
