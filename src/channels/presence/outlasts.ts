import { CLOSE_CODES } from '@edge-hive/protocol';

/**
 * Closes after which nobody has to come back: the client's own, which libraries call 1005 where it gave no code, and those that take
 * the right to be there.
 */
const FINAL: ReadonlySet<number> = new Set([
  1000,
  CLOSE_CODES.GOING_AWAY,
  1005,
  CLOSE_CODES.UNAUTHENTICATED,
  CLOSE_CODES.FORBIDDEN,
  CLOSE_CODES.TOKEN_EXPIRED,
]);

/** Whether a presence outlasts its connection for a while. Without a code it was another end than the connection's. */
export function outlasts(closeCode: number | undefined): boolean {
  return closeCode !== undefined && !FINAL.has(closeCode);
}
