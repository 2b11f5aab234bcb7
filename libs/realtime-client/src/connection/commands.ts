import type {
  AckFrame,
  AuthenticatedFrame,
  ClientFrame,
  ErrorFrame,
  ServerFrame,
  SubscribedFrame,
  UnsubscribedFrame,
} from '@edge-hive/protocol';
import { disconnectedError, RealtimeError } from '../errors.js';

export type Reply = SubscribedFrame | UnsubscribedFrame | AckFrame | AuthenticatedFrame;
export type Outcome = { reply: Reply } | { error: RealtimeError };
/** Called within the frame that brings the reply: a promise would let the frames behind it go first. */
export type Settle = (outcome: Outcome) => void;

/** Until `welcome` says otherwise. */
const DEFAULT_FRAME_BYTES = 256 * 1024;

/** Commands on their way on one connection, by id. */
export class Commands {
  private readonly pending = new Map<string, Settle>();
  private lastId = 0;
  /** What the server accepts as one frame: beyond it, it would close the connection. */
  frameBytes = DEFAULT_FRAME_BYTES;
  private online = false;

  constructor(private readonly transmit: (text: string) => void) {}

  /** Sends it now, and only while a connection is open. */
  send(command: ClientFrame, settle: Settle): void {
    this.sendJson(JSON.stringify(command), settle);
  }

  /** The same, of a command that is JSON already and has no id. */
  sendJson(json: string, settle: Settle): void {
    if (!this.online) return;
    const id = String(++this.lastId);
    const text = `{"id":"${id}",${json.slice(1)}`;
    // A character takes three bytes at most: only a text that could be too long is counted.
    const bytes = text.length * 3 > this.frameBytes ? new TextEncoder().encode(text).length : 0;
    if (bytes > this.frameBytes) {
      const message = `The frame has ${bytes} bytes, the server takes ${this.frameBytes}: send less.`;
      settle({ error: new RealtimeError('LIMIT_EXCEEDED', message) });
      return;
    }
    this.pending.set(id, settle);
    this.transmit(text);
  }

  opened(): void {
    this.online = true;
  }

  /** Settles the command that a frame answers. False: the frame answers none. */
  receive(frame: ServerFrame): boolean {
    if (!isReply(frame) || frame.id === undefined) return false;
    const settle = this.pending.get(frame.id);
    if (settle === undefined) return false;
    this.pending.delete(frame.id);
    settle(frame.type === 'error' ? { error: RealtimeError.of(frame) } : { reply: frame });
    return true;
  }

  lost(): void {
    this.online = false;
    for (const settle of this.takePending()) settle({ error: disconnectedError() });
  }

  closed(error: RealtimeError): void {
    this.online = false;
    for (const settle of this.takePending()) settle({ error });
  }

  private takePending(): Settle[] {
    const settles = [...this.pending.values()];
    this.pending.clear();
    return settles;
  }
}

function isReply(frame: ServerFrame): frame is Reply | ErrorFrame {
  return ['subscribed', 'unsubscribed', 'ack', 'authenticated', 'error'].includes(frame.type);
}
