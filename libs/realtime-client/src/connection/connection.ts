import { CLOSE_CODES, type PrincipalInfo, type ServerFrame, type WelcomeFrame } from '@edge-hive/protocol';
import type { Backoff } from './backoff.js';
import { ABNORMAL_CLOSE, type CloseReason, isRefusal, NORMAL_CLOSE } from './close-reaction.js';
import type { ConnectionState } from './connection-state.js';
import type { RealtimeError, Report } from '../errors.js';
import { Session } from './session.js';
import type { WebSocketConstructor, WebSocketLike } from './socket.js';
import { TokenRefusals } from './token-refusals.js';
import type { TokenSource } from './token-source.js';

export interface ConnectionOptions {
  url: string;
  WebSocket: WebSocketConstructor;
  tokens: TokenSource;
  backoff: Backoff;
}

export interface ConnectionListener {
  opened(welcome: WelcomeFrame | undefined): void;
  frame(frame: ServerFrame): void;
  /** What was open isn't any more, and another follows. It is called before the state changes. */
  lost(reason: CloseReason): void;
  /** For good, whether it was open or not. It is called when the state has changed, and before listeners of the state are called. */
  closed(reason: CloseReason): void;
  stateChanged(state: ConnectionState): void;
  report: Report;
  /** The token that is to be tried was refused: it goes on with the one before. */
  refused(reason: CloseReason): void;
  /** Something is subscribed, waits to be sent, or a token to be tried. */
  inUse(): boolean;
}

/** The states of a connection over one socket after another. What is said on it is the listener's business. */
export class Connection {
  private current: ConnectionState = { status: 'idle' };
  private session: Session | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private openedAt: number | undefined;
  /** Counts tries to connect: what one waits for is of no use once another has begun. */
  private attempts = 0;
  /** To be gone over to once it is accepted. */
  private replacement: Session | undefined;
  private readonly refusals: TokenRefusals;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly listener: ConnectionListener,
  ) {
    this.refusals = new TokenRefusals(options.tokens, () => listener.inUse());
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** Connects, if nothing did yet. */
  connect(): void {
    if (this.current.status !== 'idle') return;
    this.become({ status: 'connecting' });
    void this.attempt();
  }

  /** Does nothing where no session is open: that is lost already, and the listener knows it. */
  send(text: string): void {
    this.session?.send(text);
  }

  /** What is known of the principal is other than at the opening. */
  authenticated(principal: PrincipalInfo): void {
    if (this.current.status === 'open') this.become({ ...this.current, principal });
  }

  /** Begins anew, with the token that is to be shown now. */
  restart(): void {
    const wasOpen = this.current.status === 'open';
    this.leave('another token');
    if (wasOpen) this.listener.lost({ code: NORMAL_CLOSE, reason: 'another token' });
    if (this.isClosed) return;
    if (this.current.status !== 'connecting') this.become({ status: 'connecting' });
    void this.attempt();
  }

  /**
   * Opens another connection beside this one and goes over to it.
   *
   * @param ready called when the server has accepted it: when that resolves, this one is left
   * @returns why it can't be, and this one goes on; undefined when it was gone over to
   */
  async replace(
    token: string | undefined,
    ready: (principal: PrincipalInfo | undefined) => Promise<void>,
  ): Promise<CloseReason | undefined> {
    return new Promise((resolve) => {
      const socket = this.newSocket((reason) => resolve(reason));
      if (socket === undefined) return;
      const replacement: Session = new Session(socket, token, {
        opened: (welcome) => {
          void ready(welcome?.principal).then(() => {
            if (this.replacement !== replacement) return;
            this.goOver(replacement, token, welcome);
            resolve(undefined);
          });
        },
        frame: (frame) => {
          if (this.session === replacement) this.listener.frame(frame);
        },
        ended: (reason) => {
          if (this.session === replacement) return this.ended(reason);
          this.replacement = undefined;
          resolve(reason);
        },
        report: (error) => this.listener.report(error),
      });
      this.replacement = replacement;
    });
  }

  forgetReplacement(): void {
    this.replacement?.close({ code: NORMAL_CLOSE, reason: 'another token' });
    this.replacement = undefined;
  }

  /** The server is about to close an anonymous connection for a token that it was shown on it: another may be opened. */
  excuseRefusal(): void {
    this.refusals.excuse();
  }

  close(reason: CloseReason): void {
    if (this.isClosed) return;
    this.session?.close(reason);
    this.finish(reason);
  }

  private async attempt(): Promise<void> {
    const attempt = ++this.attempts;
    let token: string | undefined;
    try {
      token = await this.refusals.next();
    } catch (cause) {
      // Tokens are unavailable in no other way.
      if (attempt === this.attempts) this.withoutToken(cause as RealtimeError);
      return;
    }
    if (attempt !== this.attempts) return;
    const refused = this.refusals.of(token);
    if (refused?.waitForAnother) return this.retry(refused.reason);
    if (refused) return this.finish(refused.reason);
    this.options.tokens.current = token;
    this.begin(token);
  }

  private withoutToken(error: RealtimeError): void {
    this.listener.report(error);
    if (this.isClosed) return;
    this.retry({ code: CLOSE_CODES.UNAUTHENTICATED, reason: error.message });
  }

  private begin(token: string | undefined): void {
    const socket = this.newSocket((reason) => this.retry(reason));
    if (socket === undefined) return;
    this.session = new Session(socket, token, {
      opened: (welcome) => this.opened(welcome),
      frame: (frame) => this.listener.frame(frame),
      ended: (reason) => this.ended(reason),
      report: (error) => this.listener.report(error),
    });
  }

  private newSocket(failed: (reason: CloseReason) => void): WebSocketLike | undefined {
    try {
      return new this.options.WebSocket(this.options.url);
    } catch (cause) {
      // Browsers throw for ws: on a page that came by https.
      failed({ code: ABNORMAL_CLOSE, reason: String(cause) });
      return undefined;
    }
  }

  /** What the session, or the try to begin one, would still say is of no use. */
  private leave(reason: string): void {
    clearTimeout(this.timer);
    this.attempts += 1;
    this.forgetReplacement();
    this.session?.close({ code: NORMAL_CLOSE, reason });
    this.session = undefined;
    this.openedAt = undefined;
    this.refusals.forget();
  }

  private goOver(replacement: Session, token: string | undefined, welcome: WelcomeFrame | undefined): void {
    const wasOpen = this.current.status === 'open';
    this.replacement = undefined;
    this.leave('another principal');
    this.session = replacement;
    this.options.tokens.current = token;
    if (wasOpen) this.listener.lost({ code: NORMAL_CLOSE, reason: 'another principal' });
    // A listener may have closed the client.
    if (!this.isClosed) this.opened(welcome);
  }

  private opened(welcome: WelcomeFrame | undefined): void {
    this.openedAt = performance.now();
    this.become(openState(welcome));
    // A listener may have closed the client.
    if (this.session !== undefined) this.listener.opened(welcome);
  }

  private ended(reason: CloseReason): void {
    const lasted = this.openedAt === undefined ? 0 : performance.now() - this.openedAt;
    this.session = undefined;
    this.openedAt = undefined;
    if (this.options.tokens.isTried && this.current.status !== 'open' && isRefusal(reason)) {
      return this.tokenRefused(reason);
    }
    const reaction = this.refusals.reactionTo(reason);
    if (reaction === 'stop') return this.finish(reason);
    if (this.current.status === 'open') this.listener.lost(reason);
    // A listener may have closed the client.
    if (this.isClosed) return;
    this.refusals.remember(reaction, reason);
    if (reaction === 'idle') this.become({ status: 'idle' });
    else this.retry(reason, lasted, reaction === 'back-off');
  }

  private tokenRefused(reason: CloseReason): void {
    this.listener.refused(reason);
    // A listener may have closed the client.
    if (this.isClosed) return;
    if (this.listener.inUse()) this.retry(reason);
    else this.become({ status: 'idle' });
  }

  private retry(reason: CloseReason, lasted = 0, overloaded = false): void {
    const { backoff } = this.options;
    const delay = backoff.next({ lasted, overloaded });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.attempt(), delay);
    this.become({ status: 'reconnecting', reason, attempt: backoff.attempt, delay, retryAt: Date.now() + delay });
  }

  private finish(reason: CloseReason): void {
    clearTimeout(this.timer);
    this.attempts += 1;
    this.forgetReplacement();
    this.options.tokens.close();
    this.session = undefined;
    const state = { status: 'closed', reason } as const;
    // The application is called in there: it has to find the client closed.
    this.current = state;
    this.listener.closed(reason);
    this.become(state);
  }

  private get isClosed(): boolean {
    return this.current.status === 'closed';
  }

  private become(state: ConnectionState): void {
    this.current = state;
    this.listener.stateChanged(state);
  }
}

function openState(welcome: WelcomeFrame | undefined): ConnectionState {
  if (welcome === undefined) return { status: 'open' };
  return { status: 'open', connection: welcome.connection, principal: welcome.principal };
}
