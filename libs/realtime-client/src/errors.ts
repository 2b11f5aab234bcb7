import type { ErrorCode, ErrorFrame } from '@edge-hive/protocol';
import type { CloseReason } from './connection/close-reaction.js';

/** What can go wrong on this side of the wire; the server's codes are beside them. */
export type ClientErrorCode =
  /** The client is closed, by `close()` or by a close code after which reconnecting is no use. */
  | 'CLOSED'
  /** The connection broke before the reply came, and the command can't be repeated: it may have been carried out. */
  | 'DISCONNECTED'
  /** Too many publishes, or too large ones, wait for a connection or for their answers. */
  | 'QUEUE_FULL'
  /** A `for await` loop was slower than its events for too long, or there was neither a loop nor a callback. */
  | 'BUFFER_OVERFLOW'
  /** `getToken` failed, or took too long. */
  | 'TOKEN_UNAVAILABLE'
  /** `auth` was called again before it was settled. */
  | 'REPLACED'
  /** The client speaks for another principal now: what was to be published, or who was present, was the one before. */
  | 'PRINCIPAL_CHANGED'
  /** A callback of the application threw, or rejected; the `cause` is what it threw. */
  | 'CALLBACK_FAILED'
  /** The server sent what isn't a frame; or, nobody waited for a publish whose data JSON can't carry. */
  | 'BAD_FRAME';

/** Every error that this library reports, rejects with or throws, wrong arguments (TypeError) aside. */
export class RealtimeError extends Error {
  override readonly name = 'RealtimeError';
  /** The same call may work a little later. */
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode | ClientErrorCode,
    message: string,
    options: { retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.retryable = options.retryable ?? false;
  }

  static of({ code, message, retryable }: ErrorFrame): RealtimeError {
    return new RealtimeError(code, message, { retryable });
  }
}

/** What whoever uses a closed client gets. */
export function closedError({ code, reason }: CloseReason): RealtimeError {
  return new RealtimeError('CLOSED', `The client is closed: ${code} ${reason}`.trimEnd());
}

export function disconnectedError(): RealtimeError {
  const message = 'The connection broke before the reply: whether the command was carried out is not known.';
  return new RealtimeError('DISCONNECTED', message);
}

export type Report = (error: RealtimeError) => void;

/** Calls an application's callback: what it throws, or rejects with, is reported and stops nobody else. */
export function invoke<Value>(callback: (value: Value) => unknown, value: Value, report: Report): void {
  const failed = (cause: unknown) =>
    report(new RealtimeError('CALLBACK_FAILED', `A callback threw: ${String(cause)}`, { cause }));
  try {
    const result = callback(value);
    if (isThenable(result)) result.then(undefined, failed);
  } catch (cause) {
    failed(cause);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
