/** A SurrealDB server that is kept running until `stop()`. */
export interface SurrealProcess {
  /** Where the official SDK connects to; the same after a restart. */
  readonly url: string;
  /** Of the server that runs now; another after a restart. */
  readonly pid: number;
  readonly kind: 'embedded' | 'server';
  /** Resolves while it serves: at once, or when it was started again after it died. Rejects after `stop()`. */
  ready(): Promise<void>;
  /** Ends it for good. Resolves when no process of it is left: within 5 s, after which it is killed. */
  stop(): Promise<void>;
  /** Sends the server a signal, as tests of failures do; it is started again when that ends it. */
  kill(signal: NodeJS.Signals): void;
}
