import type { BackoffOptions } from './connection/backoff.js';
import type { ConnectionState } from './connection/connection-state.js';
import type { RealtimeError } from './errors.js';
import type { QueueBounds } from './channels/publish-queue.js';
import type { WebSocketConstructor } from './connection/socket.js';
import type { ResyncNotice } from './subscriptions/subscription.js';
import type { TokenOptions } from './connection/token-source.js';

export interface RealtimeClientOptions extends TokenOptions {
  /** Where the runtime has none: `{ WebSocket }` from the package `ws`. */
  WebSocket?: WebSocketConstructor;
  /** The waits between tries to connect. */
  backoff?: BackoffOptions;
  /** How many publishes may wait, for a connection or for their answer. Default 1,024; beyond it they reject. */
  queueSize?: number;
  /** How many bytes these may have together, as JSON. Default 4 MiB. */
  queueBytes?: number;
}

export interface ClientEvents {
  state: ConnectionState;
  /** What reaches no callback or promise of the application. Without a listener it goes to the console. */
  error: RealtimeError;
  /** Some subscription missed events. */
  resync: ResyncNotice;
}

export function queueBounds({ queueSize = 1_024, queueBytes = 4 * 1024 * 1024 }: RealtimeClientOptions): QueueBounds {
  return { count: queueSize, bytes: queueBytes };
}
