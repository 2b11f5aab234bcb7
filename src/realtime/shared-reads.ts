import { Socket } from 'node:net';

/** What is read of a socket at once, at most: as much as Node reads by itself. */
const READ_BYTES = 64 * 1024;

/** Takes what comes of its sockets as it comes. */
export interface ChunkTaker {
  /** Takes the beginning of a chunk, whose bytes are others' once it returns. @returns how many bytes it has taken */
  take(chunk: Buffer): number;
}

const TAKER = Symbol('taker');

/** What a socket has where it was made with `onread`. */
interface Reading extends Socket {
  [TAKER]: ChunkTaker;
  [symbol: symbol]: unknown;
  readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null;
}

/** Under these a socket keeps its `onread`; Node has them since version 12. */
const [KEPT_BUFFER, KEPT_CALLBACK] = symbolsOf(new Socket(), ['kBuffer', 'kBufferCb']);

/** One for all sockets of the process: a read is taken, or copied, before the next one. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/**
 * Has what comes of a socket read into a buffer that all such sockets share, and handed to its taker; only what that leaves is
 * copied and goes through the socket's stream, as all would otherwise. By itself Node allocates a buffer for each read and
 * hands it through the stream, which costs about as much as a small command.
 *
 * It is what `net.connect` does for the option `onread`, which sockets that a server accepts can't be given.
 *
 * @returns whether it does: where a version of Node keeps the option otherwise, nothing is changed.
 */
export function readShared(socket: Socket, taker: ChunkTaker): boolean {
  const reading = socket as Reading;
  if (KEPT_BUFFER === undefined || KEPT_CALLBACK === undefined) return false;
  if (!(KEPT_BUFFER in reading) || typeof reading._handle?.useUserBuffer !== 'function') return false;
  reading[TAKER] = taker;
  reading[KEPT_BUFFER] = shared;
  reading[KEPT_CALLBACK] = onRead;
  reading._handle.useUserBuffer(shared);
  return true;
}

/** @returns whether reading goes on */
function onRead(this: Reading, size: number, buffer: Buffer): boolean {
  const chunk = buffer.subarray(0, size);
  // What the stream holds came before.
  const taken = this.readableFlowing && this.readableLength === 0 ? this[TAKER].take(chunk) : 0;
  return taken === size || this.destroyed || this.push(copyOf(chunk.subarray(taken)));
}

/** In memory of its own: what waits for the rest of a frame is counted by what it keeps. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

function symbolsOf(socket: Socket, names: readonly string[]): (symbol | undefined)[] {
  const symbols = Object.getOwnPropertySymbols(socket);
  return names.map((name) => symbols.find(({ description }) => description === name));
}
