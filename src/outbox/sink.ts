import type { WireFormat } from '../delivery/wire-format.js';

/** What an outbox writes to. */
export interface Sink {
  /** How what is delivered has to be written. */
  readonly format: WireFormat;
  /** Whether it still takes what is written. */
  readonly writable: boolean;
  /** Bytes that were written and that the kernel has not taken yet. */
  readonly backlog: number;
  /** So many that the next bytes had better wait until it has drained. */
  readonly congested: boolean;
  write(bytes: Buffer): void;
  /** Has this called each time that it was congested and has taken all since. */
  onDrain(callback: () => void): void;
}
