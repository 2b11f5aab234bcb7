const LIFETIME_MS = 5 * 60_000;
/** About what a Map entry, a settled promise and a cursor take. */
const ENTRY_OVERHEAD_BYTES = 256;

interface Entry {
  readonly outcome: Promise<string>;
  readonly bytes: number;
  readonly expires: number;
}

/**
 * What was done under which key, so that it is done once. Bounded in bytes: beyond, the oldest keys are forgotten before
 * their five minutes are over.
 */
export class IdempotencyKeys {
  /** In the order they were added, which is the order they expire in. */
  private readonly entries = new Map<string, Entry>();
  private total = 0;

  constructor(
    private readonly limitBytes = 32 * 1024 * 1024,
    /** Milliseconds that only go forward. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  get bytes(): number {
    return this.total;
  }

  /** Answers what the first call with this key answers. An action that failed may be tried again. */
  once(key: string, action: () => Promise<string>): Promise<string> {
    this.forgetExpired();
    const known = this.entries.get(key);
    if (known) return known.outcome;

    const outcome = action();
    const bytes = key.length * 2 + ENTRY_OVERHEAD_BYTES;
    const entry = { outcome, bytes, expires: this.now() + LIFETIME_MS };
    this.entries.set(key, entry);
    this.total += bytes;
    outcome.catch(() => {
      if (this.entries.get(key) === entry) this.forget(key, entry);
    });
    this.forgetOldest();
    return outcome;
  }

  private forgetExpired(): void {
    const now = this.now();
    for (const [key, entry] of this.entries) {
      if (entry.expires > now) return;
      this.forget(key, entry);
    }
  }

  private forgetOldest(): void {
    for (const [key, entry] of this.entries) {
      if (this.total <= this.limitBytes) return;
      this.forget(key, entry);
    }
  }

  private forget(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.total -= entry.bytes;
  }
}
