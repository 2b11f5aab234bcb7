/** Codes of `error` frames and of `unsubscribed` frames that the server sends on its own. */
export const ERROR_CODES = [
  'BAD_FRAME',
  'UNKNOWN_TYPE',
  'INVALID_FILTER',
  'INVALID_FIELDS',
  'INVALID_CURSOR',
  'UNKNOWN_TOPIC',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RIGHTS_CHANGED',
  'NOT_SUBSCRIBED',
  'LIMIT_EXCEEDED',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The codes that a client may try again, unchanged, a little later. */
export const RETRYABLE_ERROR_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['RATE_LIMITED', 'UNAVAILABLE']);

/** WebSocket close codes and what they mean. */
export const CLOSE_CODES = {
  GOING_AWAY: 1001,
  FRAME_TOO_LARGE: 1009,
  RESTARTING: 1012,
  OVERLOADED: 1013,
  PROTOCOL_VIOLATION: 4400,
  UNAUTHENTICATED: 4401,
  FORBIDDEN: 4403,
  HEARTBEAT_MISSED: 4408,
  TOKEN_EXPIRED: 4410,
  RATE_LIMITED: 4429,
  SLOW_CONSUMER: 4430,
} as const;

export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

/** Why continuity of a stream was lost, as `resync` says. */
export type ResyncReason =
  /** A change became visible after a newer change of the same record had been delivered. */
  | 'late'
  /** Whether a deleted record was covered by the subscription's rights could not be told. */
  | 'unknown_state'
  /** A change holds a value that the database stores but can't hand out, and it isn't known whose change it was. */
  | 'unreadable'
  /** The live-query connection of a stream that has no changefeed was interrupted, or what carries a channel's messages was. */
  | 'interrupted'
  /** The changefeed of the table ended, began, was shortened, or was replaced with its database. */
  | 'feed_changed'
  /** What had to be caught up with is no longer in the change log. */
  | 'overrun'
  /** An operator asked for it. */
  | 'requested';
