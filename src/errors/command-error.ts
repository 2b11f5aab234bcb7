import { RETRYABLE_ERROR_CODES, type ErrorCode } from '@edge-hive/protocol';

/**
 * A command that is refused: answered with an `error` frame, and the connection goes on. The message is sent to the
 * client as it is: it names the field at fault and the fix, and holds no internals.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }

  get retryable(): boolean {
    return RETRYABLE_ERROR_CODES.has(this.code);
  }
}
