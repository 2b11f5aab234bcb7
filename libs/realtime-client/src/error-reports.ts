import { invoke, RealtimeError } from './errors.js';
import { ReportedPromise } from './reported-promise.js';

/** Errors that reach no callback or promise of the application. */
export class ErrorReports {
  constructor(private readonly listeners: () => ((error: RealtimeError) => void)[]) {}

  add(error: RealtimeError): void {
    const listeners = this.listeners();
    if (listeners.length === 0) print(error);
    // There is no other listener for the errors of this one.
    for (const listener of listeners) invoke(listener, error, print);
  }

  /** Reports what a promise rejects with, where the application doesn't wait for it. */
  watch<Value>(promise: Promise<Value>): Promise<Value> {
    return ReportedPromise.of(promise, (cause) => {
      const error = cause instanceof RealtimeError ? cause : new RealtimeError('BAD_FRAME', String(cause), { cause });
      // That it is closed the client reports by itself, and whoever called again knows it.
      if (error.code !== 'CLOSED' && error.code !== 'REPLACED') this.add(error);
    });
  }
}

function print(error: RealtimeError): void {
  // eslint-disable-next-line no-console -- where nobody listens, this is the only way that a developer gets to know
  console.error(error);
}
