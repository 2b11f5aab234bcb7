import { chooseSubprotocol } from './handshake.js';
import { SessionSocket } from './session-socket.js';

/** Reads and fragments that a frame may come in; more of a very large one. */
const LEAST_READS = 1_024;
const LEAST_FRAGMENTS = 64;

/** For how long a client may take to answer a close, in ms, before it is cut. */
const CLOSE_MS = 2_000;

/** How a server of WebSockets makes them carry sessions. A frame that comes may have so many bytes. */
export function sessionSocketOptions(frameBytes: number, socket = SessionSocket) {
  return {
    WebSocket: socket,
    maxPayload: frameBytes,
    perMessageDeflate: false,
    autoPong: false,
    // Each read and each fragment costs more than its bytes: sent byte by byte, one frame would take a hundred times its size.
    maxBufferedChunks: Math.max(LEAST_READS, frameBytes / 256),
    maxFragments: Math.max(LEAST_FRAGMENTS, frameBytes / 4_096),
    closeTimeout: CLOSE_MS,
    handleProtocols: chooseSubprotocol,
  };
}
