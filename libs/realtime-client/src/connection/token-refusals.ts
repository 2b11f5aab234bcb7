import { type CloseReaction, type CloseReason, reactionTo } from './close-reaction.js';
import type { TokenSource } from './token-source.js';

/** A token that the server won't accept again. */
interface RefusedToken {
  readonly token: string | undefined;
  readonly reason: CloseReason;
  /** It has run out: another one will come. */
  readonly waitForAnother: boolean;
}

/** Which tokens the server has refused, and what a close means for the next one. */
export class TokenRefusals {
  private isExcused = false;
  private refused: RefusedToken | undefined;

  constructor(
    private readonly tokens: TokenSource,
    /** Whether the client has something to do on a connection. */
    private readonly inUse: () => boolean,
  ) {}

  /** The token to show on the next connection. @throws RealtimeError TOKEN_UNAVAILABLE */
  next(): Promise<string | undefined> {
    return this.refused === undefined ? this.tokens.next() : this.tokens.fresh();
  }

  /** How this very token was refused; undefined: it wasn't. */
  of(token: string | undefined): RefusedToken | undefined {
    return this.refused?.token === token ? this.refused : undefined;
  }

  /** The server is about to close an anonymous connection for a token that it was shown on it: another may be opened. */
  excuse(): void {
    this.isExcused = true;
  }

  /** Another connection begins: what was said of the one before doesn't count. */
  forget(): void {
    this.isExcused = false;
    this.refused = undefined;
  }

  /** What to do about a close. `idle`: the next use connects. */
  reactionTo({ code }: CloseReason): CloseReaction | 'idle' {
    const { isExcused } = this;
    this.isExcused = false;
    const reaction = reactionTo(code);
    if (!isAboutToken(reaction)) return reaction;
    if (isExcused) return this.inUse() ? 'reconnect' : 'idle';
    const { renewable, isTried, current } = this.tokens;
    // An anonymous connection with nothing to do is closed by the server after a while: the next use opens another.
    if (current === undefined && !this.inUse()) return 'idle';
    return renewable || isTried ? reaction : 'stop';
  }

  /** Remembers the current token, if the close was for it. */
  remember(reaction: CloseReaction | 'idle', reason: CloseReason): void {
    const waitForAnother = reaction === 'fresh-token';
    this.refused = isAboutToken(reaction) ? { token: this.tokens.current, reason, waitForAnother } : undefined;
  }
}

function isAboutToken(reaction: CloseReaction | 'idle'): boolean {
  return reaction === 'another-token' || reaction === 'fresh-token';
}
