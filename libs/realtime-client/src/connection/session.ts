import type { AuthFrame, PingFrame, ServerFrame, WelcomeFrame } from '@edge-hive/protocol';
import { CLOSE_CODES } from '@edge-hive/protocol';
import { ABNORMAL_CLOSE, type CloseReason } from './close-reaction.js';
import { RealtimeError } from '../errors.js';
import { Heartbeat, type HeartbeatTimes } from './heartbeat.js';
import type { WebSocketLike } from './socket.js';

/** The server answers an authentication within 10 s, or closes. */
const OPEN_TIMEOUT = 15_000;
/** How long the server has to answer a close frame, in milliseconds. `ws` gives it 30 s, in which a process can't end. */
const CLOSE_TIMEOUT = 2_000;
/** Until `welcome` names the server's own. */
const DEFAULT_HEARTBEAT: HeartbeatTimes = { interval: 25_000, timeout: 10_000 };
/** Ids of the session's own commands. The others' are numbers. */
const AUTH_ID = 'auth';
const PING_ID = 'ping';

export interface SessionListener {
  /** Commands can be sent. Without a token there is no `welcome`. */
  opened(welcome: WelcomeFrame | undefined): void;
  frame(frame: ServerFrame): void;
  /** Called once, and nothing after it. */
  ended(reason: CloseReason): void;
  report(error: RealtimeError): void;
}

/**
 * One socket from its first byte to its last: shows the token, waits for `welcome`, listens for silence.
 *
 * The token goes into a first frame, not into a subprotocol: a frame takes tokens of any length and alphabet, shows up in
 * no access log, and needs no proxy to hand a header through. Commands wait for `welcome`, so that a refused token
 * doesn't turn into a refusal of each.
 */
export class Session {
  private phase: 'opening' | 'open' | 'ended' = 'opening';
  private problem = '';
  /** What the server said about a token that it won't have. */
  private refusal: string | undefined;
  private openTimer: ReturnType<typeof setTimeout>;
  private readonly heartbeat = new Heartbeat(
    () => this.transmit({ type: 'ping', id: PING_ID }),
    () => this.abandon({ code: CLOSE_CODES.HEARTBEAT_MISSED, reason: 'nothing heard from the server' }),
  );

  constructor(
    private readonly socket: WebSocketLike,
    private readonly token: string | undefined,
    private readonly listener: SessionListener,
  ) {
    this.openTimer = setTimeout(() => this.abandon({ code: ABNORMAL_CLOSE, reason: 'no answer' }), OPEN_TIMEOUT);
    socket.addEventListener('open', () => this.connected());
    socket.addEventListener('message', ({ data }) => this.received(data));
    socket.addEventListener('error', (event) => (this.problem = 'message' in event ? String(event.message) : ''));
    socket.addEventListener('close', ({ code, reason }) => this.end(this.reasonOf(code, reason || this.problem)));
  }

  send(text: string): void {
    if (this.phase === 'open') this.socket.send(text);
  }

  /** Ends in order. The listener is not called: it is the one that asks. */
  close({ code, reason }: CloseReason): void {
    this.phase = 'ended';
    this.stopTimers();
    if (this.socket.terminate) this.terminateLater();
    this.socket.close(code, reason);
  }

  private terminateLater(): void {
    const timer = setTimeout(() => this.socket.terminate?.(), CLOSE_TIMEOUT);
    this.socket.addEventListener('close', () => clearTimeout(timer));
  }

  private transmit(command: AuthFrame | PingFrame): void {
    this.socket.send(JSON.stringify(command));
  }

  private connected(): void {
    if (this.phase !== 'opening') return;
    if (this.token === undefined) this.open(undefined);
    else this.transmit({ type: 'auth', id: AUTH_ID, token: this.token });
  }

  private open(welcome: WelcomeFrame | undefined): void {
    this.phase = 'open';
    clearTimeout(this.openTimer);
    this.heartbeat.start(welcome?.heartbeat ?? DEFAULT_HEARTBEAT);
    this.listener.opened(welcome);
  }

  private received(data: unknown): void {
    if (this.phase === 'ended') return;
    this.heartbeat.heard();
    const frame = parse(data);
    if (frame === undefined) {
      this.listener.report(new RealtimeError('BAD_FRAME', 'The server sent something that is not a JSON object.'));
    } else if (this.phase === 'open') {
      if (frame.type === 'welcome') this.heartbeat.start(frame.heartbeat);
      if (!isRefusedPing(frame)) this.listener.frame(frame);
    } else if (frame.type === 'welcome') {
      this.open(frame);
    } else if (frame.type === 'error') {
      // The token could not be looked at now: it becomes the close code that means the same.
      if (frame.retryable) this.abandon({ code: CLOSE_CODES.OVERLOADED, reason: frame.message });
      else this.refused(frame.message);
    }
  }

  /** The close that follows says whether it had only expired. */
  private refused(message: string): void {
    this.refusal = message;
    clearTimeout(this.openTimer);
    const reason = { code: CLOSE_CODES.UNAUTHENTICATED, reason: message };
    this.openTimer = setTimeout(() => this.abandon(reason), CLOSE_TIMEOUT);
  }

  /** Ends without waiting for the other side, which may be gone. */
  private abandon(reason: CloseReason): void {
    this.end(reason);
    if (this.socket.terminate) this.socket.terminate();
    else this.socket.close();
  }

  private end(reason: CloseReason): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.stopTimers();
    this.listener.ended(reason);
  }

  /** A refusal of the token is an `error` first: a close without one says that the token didn't arrive in time. */
  private reasonOf(code: number, reason: string): CloseReason {
    if (this.refusal !== undefined) {
      const isExpired = code === CLOSE_CODES.TOKEN_EXPIRED;
      return { code: isExpired ? code : CLOSE_CODES.UNAUTHENTICATED, reason: this.refusal };
    }
    const isUnheard = this.phase === 'opening' && this.token !== undefined && code === CLOSE_CODES.UNAUTHENTICATED;
    return { code: isUnheard ? ABNORMAL_CLOSE : code, reason };
  }

  private stopTimers(): void {
    clearTimeout(this.openTimer);
    this.heartbeat.stop();
  }
}

/** An anonymous connection may be refused the `ping`: that is a sign of life as well. */
function isRefusedPing(frame: ServerFrame): boolean {
  return frame.type === 'error' && frame.id === PING_ID;
}

function parse(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const frame = JSON.parse(data) as ServerFrame | null;
    return typeof frame === 'object' && typeof frame?.type === 'string' ? frame : undefined;
  } catch {
    return undefined;
  }
}
