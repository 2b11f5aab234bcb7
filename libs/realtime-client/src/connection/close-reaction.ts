import { CLOSE_CODES } from '@edge-hive/protocol';

/** Why a connection ended: a WebSocket close code and the text that came with it. */
export interface CloseReason {
  code: number;
  reason: string;
}

/** No close frame was seen: the network failed, or the socket never opened. */
export const ABNORMAL_CLOSE = 1006;
/** The application is done. */
export const NORMAL_CLOSE = 1000;

/** What to do about a close code. */
export type CloseReaction =
  | 'reconnect'
  /** Reconnect, but the server has too much to do: wait longer from the start. */
  | 'back-off'
  /** The token has run out: reconnect as soon as there is a fresh one. */
  | 'fresh-token'
  /** The token was refused: reconnect only if there is another one now. */
  | 'another-token'
  /** It would only happen again. */
  | 'stop';

/** A connection with this token won't be let in, now or later. */
export function isRefusal({ code }: CloseReason): boolean {
  return ['fresh-token', 'another-token', 'stop'].includes(reactionTo(code));
}

export function reactionTo(code: number): CloseReaction {
  switch (code) {
    case CLOSE_CODES.FRAME_TOO_LARGE:
    case CLOSE_CODES.PROTOCOL_VIOLATION:
    case CLOSE_CODES.FORBIDDEN:
      return 'stop';
    case CLOSE_CODES.UNAUTHENTICATED:
      return 'another-token';
    case CLOSE_CODES.TOKEN_EXPIRED:
      return 'fresh-token';
    case CLOSE_CODES.OVERLOADED:
    case CLOSE_CODES.RATE_LIMITED:
      return 'back-off';
    default:
      return 'reconnect';
  }
}
