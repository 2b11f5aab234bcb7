import { CommandError } from '../errors/command-error.js';
import type { Revocation } from '../auth/tokens/revocation.js';

/** Where revocations are kept for instances that start later. */
export abstract class RevocationStore {
  /**
   * Keeps one until its tokens have expired.
   * @throws CommandError LIMIT_EXCEEDED, UNAVAILABLE
   */
  abstract keep(revocation: Revocation): Promise<void>;

  /** All that are kept. @throws CommandError UNAVAILABLE */
  abstract all(): Promise<readonly Revocation[]>;
}

/** The store of an instance that is made of several processes: theirs. */
export abstract class SharedRevocationStore extends RevocationStore {}

export function tooManyRevocations(limit: number): CommandError {
  return new CommandError(
    'LIMIT_EXCEEDED',
    `${limit} revocations are kept already (LIMIT_REVOCATIONS): give expires, or revoke a principal's tokens instead of each.`,
  );
}
