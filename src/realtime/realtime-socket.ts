import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Connection } from './connection.js';
import { readAhead, type ReaderInternals } from './read-ahead.js';

/** What V8 takes for one read or fragment, about, beside its bytes. */
const PART_BYTES = 512;

/** Private fields of `ws`; its exact version is pinned. */
interface Internals {
  readonly _socket: Socket;
  readonly _receiver: ReaderInternals & {
    readonly _buffers: readonly Uint8Array[];
    readonly _fragments: readonly Uint8Array[];
  };
}

/** A WebSocket that knows its connection, so that listeners can be shared by all of them. */
export class RealtimeSocket extends WebSocket {
  /** Absent: turned away, nothing that it sends is looked at. */
  connection: Connection | undefined;

  /** The TCP socket below. Joined frames are written to it at once, which `ws` has no call for. */
  get tcp(): Socket {
    // Set before the server hands a socket out.
    return (this as unknown as Internals)._socket;
  }

  /** From now on text frames of up to `limit` bytes that come in one piece don't go through `ws`, see `readTextFrames`. */
  readAhead(limit: number, receive: (payload: Buffer) => void, left: () => void): void {
    readAhead((this as unknown as Internals)._receiver, limit, receive, left);
  }

  /** Bytes that have come of a message that isn't whole yet, as they are in memory: a part of one read keeps all of it. */
  get partialBytes(): number {
    const { _buffers: reads, _fragments: fragments } = (this as unknown as Internals)._receiver;
    return reads.length + fragments.length === 0 ? 0 : memoryOf(fragments) + memoryOf(reads);
  }
}

function memoryOf(parts: readonly Uint8Array[]): number {
  let bytes = 0;
  let last: ArrayBufferLike | undefined;
  for (const { buffer } of parts) {
    if (buffer !== last) bytes += buffer.byteLength;
    bytes += PART_BYTES;
    last = buffer;
  }
  return bytes;
}
