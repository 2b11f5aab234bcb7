import type { PrincipalInfo, WelcomeFrame } from '@edge-hive/protocol';
import type { Backoff } from '../connection/backoff.js';
import { type CloseReason, isRefusal } from '../connection/close-reaction.js';
import type { Commands } from '../connection/commands.js';
import type { Connection } from '../connection/connection.js';
import { closedError, disconnectedError, RealtimeError } from '../errors.js';
import type { PublishQueue } from '../channels/publish-queue.js';
import { textOf, type TokenSource } from '../connection/token-source.js';

type Answer = { readonly principal: PrincipalInfo } | { readonly error: RealtimeError };
type Result = { readonly principal: PrincipalInfo | undefined } | { readonly error: unknown };

/** A call of `auth` that isn't settled. */
interface Wish {
  readonly resolve: (principal: PrincipalInfo | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export interface AuthenticationOptions {
  tokens: TokenSource;
  connection: Connection;
  commands: Commands;
  publishes: PublishQueue;
  newBackoff: () => Backoff;
  /** A token was accepted on the connection that is open. */
  accepted: (principal: PrincipalInfo) => void;
}

/** So often another connection is tried beside the one that is open: then that one is left first. */
const TRIES = 3;

/**
 * Whom the client speaks for, changed while it runs. On an open connection a token of the same principal is shown as it is. For
 * another principal, and for nobody, another connection is opened beside it, and gone over to once it is accepted.
 */
export class Authentication {
  /** The newest: an earlier one has been settled. */
  private wish: Wish | undefined;
  private readonly endPauses = new Set<() => void>();
  /** Waits for the `welcome` that answers the first token of an anonymous connection. */
  private welcomed: ((answer: Answer) => void) | undefined;

  constructor(private readonly options: AuthenticationOptions) {}

  /** Resolves to whom the server takes the client for now. Rejects with why it goes on as before. */
  async auth(given: string | null | undefined): Promise<PrincipalInfo | undefined> {
    const text = textOf(given);
    this.finish({ error: new RealtimeError('REPLACED', 'auth was called again before the server had answered.') });
    return new Promise((resolve, reject) => {
      const wish = { resolve, reject };
      this.wish = wish;
      this.begin(wish, given === undefined, text).catch((error: unknown) => {
        if (wish === this.wish) this.finish({ error });
      });
    });
  }

  /**
   * Sends a token on the open connection, again where the server says that it may accept it later.
   *
   * @throws RealtimeError with why it doesn't
   */
  async show(token: string): Promise<PrincipalInfo> {
    const { tokens, newBackoff, accepted } = this.options;
    for (const backoff = newBackoff(); ; await this.pause(backoff.next())) {
      const answer = await this.send(token);
      if ('principal' in answer) {
        tokens.accept(token);
        accepted(answer.principal);
        return answer.principal;
      }
      if (!answer.error.retryable) throw answer.error;
    }
  }

  /** A connection is open, with the token that was to be tried if there was one. */
  opened(welcome: WelcomeFrame | undefined): void {
    const { tokens } = this.options;
    if (!tokens.isTried) return;
    tokens.accept(tokens.current);
    this.finish({ principal: welcome?.principal });
  }

  welcomedLate({ principal }: WelcomeFrame): void {
    this.welcomed?.({ principal });
  }

  /** A new connection with the token that was to be tried was refused. */
  refused(reason: CloseReason): void {
    this.finish({ error: refusal(reason) });
  }

  lost(): void {
    for (const end of this.endPauses) end();
  }

  closed(error: RealtimeError): void {
    this.lost();
    this.finish({ error });
  }

  private async begin(wish: Wish, isLeftOut: boolean, text: string | undefined): Promise<void> {
    const { tokens, connection } = this.options;
    const isAsked = isLeftOut && tokens.isAsked;
    const token = isAsked ? await tokens.ask() : text;
    if (wish !== this.wish) return;
    const { state } = connection;
    if (state.status === 'closed') throw closedError(state.reason);
    tokens.try(token, !isAsked);
    if (state.status === 'open') await this.change(wish, token, state.principal);
    else if (token === undefined) this.becomeNobody();
    else connection.restart();
  }

  private async change(wish: Wish, token: string | undefined, before: PrincipalInfo | undefined): Promise<void> {
    if (token === undefined && before === undefined) return this.becomeNobody();
    try {
      if (token !== undefined) return this.finish({ principal: await this.show(token) }, wish);
    } catch (cause) {
      const { code } = cause as RealtimeError; // `show` throws nothing else
      // The next connection shows it.
      if (code === 'DISCONNECTED' || wish !== this.wish) return;
      // It may be right all the same, and another principal's.
      if (code !== 'UNAUTHENTICATED' || before === undefined) throw cause;
    }
    await this.goOver(wish, token);
  }

  private async goOver(wish: Wish, token: string | undefined): Promise<void> {
    const { connection, publishes, newBackoff } = this.options;
    for (const backoff = newBackoff(); backoff.attempt < TRIES; await this.pause(backoff.next())) {
      // Where it was lost, the next connection shows the token.
      if (wish !== this.wish || connection.state.status !== 'open') return;
      const reason = await connection.replace(token, (principal) => publishes.handOver(principal?.id));
      // Where it was gone over to, `opened` has been called.
      if (wish !== this.wish || reason === undefined) return;
      if (token === undefined) return this.becomeNobody();
      if (isRefusal(reason)) throw refusal(reason);
    }
    if (wish === this.wish && connection.state.status === 'open') connection.restart();
  }

  /** At once, whether or not the server can be reached. */
  private becomeNobody(): void {
    const { tokens, connection } = this.options;
    const { status } = connection.state;
    const isNobody = tokens.current === undefined && status === 'open';
    tokens.accept(undefined);
    if (status !== 'idle' && !isNobody) connection.restart();
    this.finish({ principal: undefined });
  }

  private async send(token: string): Promise<Answer> {
    const { connection, commands } = this.options;
    return new Promise((resolve) => {
      const { state } = connection;
      if (state.status !== 'open') return resolve({ error: disconnectedError() });
      const isFirst = state.principal === undefined;
      if (isFirst) this.welcomed = resolve;
      commands.send({ type: 'auth', token }, (outcome) => {
        if ('error' in outcome) {
          // The server closes a connection whose first token it refuses.
          if (isFirst && outcome.error.code === 'UNAUTHENTICATED') connection.excuseRefusal();
          resolve(outcome);
        } else if (outcome.reply.type === 'authenticated') resolve({ principal: outcome.reply.principal });
        else resolve({ error: new RealtimeError('BAD_FRAME', 'Not an answer to auth.') });
      });
    });
  }

  private async pause(delay: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.endPauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, delay);
      this.endPauses.add(end);
    });
  }

  private finish(result: Result, wish = this.wish): void {
    if (wish === undefined || wish !== this.wish) return;
    const { tokens, connection, publishes } = this.options;
    this.wish = undefined;
    connection.forgetReplacement();
    if (!('error' in result)) return wish.resolve(result.principal);
    tokens.reject();
    publishes.handBack();
    wish.reject(result.error);
  }
}

function refusal({ reason, code }: CloseReason): RealtimeError {
  return new RealtimeError('UNAUTHENTICATED', `The token was refused: ${code} ${reason}`.trimEnd());
}
