import type { PrincipalInfo } from '@edge-hive/protocol';
import type { CloseReason } from './close-reaction.js';

/** Where the client's connection stands. */
export type ConnectionState =
  /** Nothing asked for a connection yet. */
  | { status: 'idle' }
  | { status: 'connecting' }
  /** `connection` (an id) and `principal` are missing on an anonymous connection. */
  | { status: 'open'; connection?: string; principal?: PrincipalInfo }
  /**
   * Lost, or never reached, for a `reason` with a close code. The try that is number `attempt` in a row begins `delay`
   * milliseconds after the state changed: at `retryAt`, by `Date.now()`. The state stays while it is tried.
   */
  | { status: 'reconnecting'; reason: CloseReason; attempt: number; delay: number; retryAt: number }
  /** For good. */
  | { status: 'closed'; reason: CloseReason };
