import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Connection } from './connection.js';

/** A WebSocket that knows its connection, so that listeners can be shared by all of them. */
export class RealtimeSocket extends WebSocket {
  /** Absent: turned away, nothing that it sends is looked at. */
  connection: Connection | undefined;

  /** The TCP socket below. Joined frames are written to it at once, which `ws` has no call for. */
  get tcp(): Socket {
    // A private field of `ws`, set before the server hands a socket out; the exact version of `ws` is pinned.
    return (this as unknown as { readonly _socket: Socket })._socket;
  }
}
