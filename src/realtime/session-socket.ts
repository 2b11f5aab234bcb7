import type { Socket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import type { WireFormat } from '../delivery/wire-format.js';
import type { Inbox } from '../session/inbox.js';
import type { Session } from '../session/session.js';
import type { Transport } from '../session/transport.js';
import { PROTOCOL_FORMAT } from './web-socket-format.js';
import { readAhead, takeAhead, type AheadOwner, type ReaderInternals } from './read-ahead.js';
import { readShared, type ChunkTaker } from './shared-reads.js';

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

/**
 * A WebSocket that carries a session, and knows it, so that listeners can be shared by all of them.
 *
 * What is written goes to the TCP socket itself, WebSocket headers included, for which `ws` has no call. It writes its pings,
 * pongs and close frames to it in one piece each and holds nothing back without compression, so that they fall between two
 * frames.
 */
export class SessionSocket extends WebSocket implements Transport, AheadOwner, ChunkTaker {
  /** Absent: turned away, nothing that it sends is looked at. */
  session: Session | undefined;
  textBytes = 0;

  /** The protocol's own. A socket that speaks otherwise has another. */
  get format(): WireFormat {
    return PROTOCOL_FORMAT;
  }

  get writable(): boolean {
    return this.readyState === this.OPEN;
  }

  get backlog(): number {
    return this.tcp.writableLength;
  }

  get congested(): boolean {
    return this.tcp.writableNeedDrain;
  }

  /** Pongs included. */
  get bytesReceived(): number {
    return this.tcp.bytesRead;
  }

  write(bytes: Buffer): void {
    this.tcp.write(bytes);
  }

  onDrain(callback: () => void): void {
    this.tcp.on('drain', callback);
  }

  whenGone(callback: (code: number) => void): void {
    // Told once; `once` would keep a wrapper of its own for each connection.
    this.on('close', callback);
  }

  /**
   * Hands a session what comes. Text frames of up to `limit` bytes that come in one piece don't go through `ws`, see
   * `readTextFrames`.
   */
  carry(session: Session, limit: number): void {
    this.session = session;
    this.textBytes = limit;
    this.on('message', onMessage).on('ping', onPing).on('pong', onPong);
    readAhead(this.internals._receiver, this);
    readShared(this.tcp, this);
  }

  take(chunk: Buffer): number {
    return takeAhead(this.internals._receiver, this, chunk);
  }

  receive(payload: Buffer): void {
    this.session?.inbox.receive(payload, false);
  }

  left(): void {
    this.session?.inbox.holdsPart(this.partialBytes);
  }

  private get internals(): Internals {
    // Set before the server hands a socket out.
    return this as unknown as Internals;
  }

  private get tcp(): Socket {
    return this.internals._socket;
  }

  /** Bytes that have come of a message that isn't whole yet, as they are in memory: a part of one read keeps all of it. */
  private get partialBytes(): number {
    const { _buffers: reads, _fragments: fragments } = this.internals._receiver;
    return reads.length + fragments.length === 0 ? 0 : memoryOf(fragments) + memoryOf(reads);
  }
}

function inboxOf(socket: WebSocket): Inbox | undefined {
  return socket instanceof SessionSocket ? socket.session?.inbox : undefined;
}

function onMessage(this: WebSocket, data: RawData, binary: boolean): void {
  // `ws` hands out other than a Buffer only to who asked for it.
  inboxOf(this)?.receive(data as Buffer, binary);
}

/**
 * `ws` by itself answers however little the client reads: its pongs would pile up without bound. A ping counts as a command,
 * and goes unanswered while earlier bytes wait.
 */
function onPing(this: WebSocket, data: Buffer): void {
  if (inboxOf(this)?.control() === true && !(this as SessionSocket).congested) this.pong(data);
}

/** A pong counts as a command, too: nobody has to ask for it to come. */
function onPong(this: WebSocket): void {
  inboxOf(this)?.control();
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
