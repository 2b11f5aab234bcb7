import type { Sink } from '../outbox/sink.js';

/** What carries a session: a WebSocket, for one. It does what it is told and decides nothing. */
export interface Transport extends Sink {
  /** Bytes that came, those that are no command included. */
  readonly bytesReceived: number;
  /** Asks the client for a sign of life. */
  ping(): void;
  /** Reads nothing until `resume`, so that the sender has to wait. */
  pause(): void;
  resume(): void;
  /** Ends it, with a reason of at most 123 bytes that the client can read. */
  close(code: number, reason: string): void;
  /** Ends it at once and without a word. */
  terminate(): void;
  /** Has this called once when it is gone, with the code that the client closed it with; 1006 where it said nothing. */
  whenGone(callback: (code: number) => void): void;
}
