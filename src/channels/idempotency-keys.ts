import { ShareItem, Shares, type ShareLimits } from './shares.js';

const LIFETIME_MS = 5 * 60_000;
/** About what a Map entry, a settled promise, a cursor and a place in a share take. */
const ENTRY_OVERHEAD_BYTES = 384;

class Entry extends ShareItem {
  readonly bytes: number;

  constructor(
    readonly key: string,
    readonly outcome: Promise<string>,
    readonly expires: number,
  ) {
    super();
    this.bytes = ENTRY_OVERHEAD_BYTES + key.length * 2;
  }
}

/**
 * What was done under which key, so that it is done once. Bounded in bytes: who uses more keys than it may, or most where all
 * together are too many, has its own oldest ones forgotten before their five minutes are over.
 */
export class IdempotencyKeys {
  /** In the order they were added, which is the order they expire in. */
  private readonly entries = new Map<string, Entry>();
  private readonly shares: Shares<Entry>;

  constructor(
    limits: ShareLimits,
    /** Milliseconds that only go forward. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.shares = new Shares(limits, (entry) => this.forget(entry));
  }

  get bytes(): number {
    return this.shares.bytes;
  }

  /** Answers what the first call of this owner with this key answers. An action that failed may be tried again. */
  once(owner: string, key: string, action: () => Promise<string>): Promise<string> {
    this.forgetExpired();
    const name = JSON.stringify([owner, key]);
    const known = this.entries.get(name);
    if (known) return known.outcome;

    const entry = new Entry(name, action(), this.now() + LIFETIME_MS);
    this.entries.set(name, entry);
    entry.outcome.catch(() => this.forget(entry));
    this.shares.add(owner, entry);
    return entry.outcome;
  }

  private forgetExpired(): void {
    const now = this.now();
    for (const entry of this.entries.values()) {
      if (entry.expires > now) return;
      this.forget(entry);
    }
  }

  private forget(entry: Entry): void {
    if (this.entries.get(entry.key) !== entry) return;
    this.entries.delete(entry.key);
    this.shares.remove(entry);
  }
}
