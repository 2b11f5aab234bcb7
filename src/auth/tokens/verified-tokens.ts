import { hash } from 'node:crypto';
import { approximateBytes } from '../../values/byte-size.js';
import type { Principal } from './principal.js';
import type { TokenKeys } from './token-keys.js';

/** Milliseconds that a token is remembered: long enough for a storm of reconnects, and for an impatient client. */
const REMEMBERED_MS = 60_000;
/** What an entry takes beside its claims, about. */
const ENTRY_BYTES = 512;

/** What a token was verified with. */
export interface Verification {
  readonly keys: TokenKeys;
  /** Of the keys, before the token was verified with them: they may have changed meanwhile. */
  readonly generation: number;
}

interface Entry extends Verification {
  readonly principal: Principal;
  readonly bytes: number;
  readonly until: number;
}

/**
 * Whom tokens spoke for whose signature was found right a moment ago, by a hash of the whole token. Only good ones are
 * remembered, within a bound; the oldest goes first. Times are for the caller to check: they pass.
 */
export class VerifiedTokens {
  private readonly entries = new Map<string, Entry>();
  private bytesHeld = 0;

  constructor(
    private readonly limitBytes: number,
    private readonly now = () => performance.now(),
  ) {}

  get bytes(): number {
    return this.bytesHeld;
  }

  get(token: string): Principal | undefined {
    if (this.entries.size === 0) return undefined;
    const key = keyOf(token);
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (this.now() < entry.until && entry.keys.generation === entry.generation) return entry.principal;
    this.drop(key, entry);
    return undefined;
  }

  add(token: string, principal: Principal, { keys, generation }: Verification): void {
    const bytes = ENTRY_BYTES + approximateBytes(principal.claims);
    if (bytes > this.limitBytes) return;
    const key = keyOf(token);
    const before = this.entries.get(key);
    if (before) this.drop(key, before);
    this.entries.set(key, { principal, bytes, until: this.now() + REMEMBERED_MS, keys, generation });
    this.bytesHeld += bytes;
    for (const [oldest, entry] of this.entries) {
      if (this.bytesHeld <= this.limitBytes) break;
      this.drop(oldest, entry);
    }
  }

  private drop(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.bytesHeld -= entry.bytes;
  }
}

/** The token itself is not kept: whoever reads the memory of the process should find no key to anything. */
function keyOf(token: string): string {
  return hash('sha256', token, 'base64');
}
