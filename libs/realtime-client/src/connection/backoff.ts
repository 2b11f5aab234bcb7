/** How long to wait before connecting again, in milliseconds. */
export interface BackoffOptions {
  /** Upper end of the first wait. Default 1,000. */
  baseDelay?: number;
  /** Upper end of every wait. Default 30,000. */
  maxDelay?: number;
}

/** An open connection has to last this long, in milliseconds, before the next failure counts as a first one. */
const STABLE_AFTER = 10_000;
/** Where waiting starts when the server said that there is too much of us: up to 8 times the base. */
const OVERLOADED_ATTEMPT = 3;

/**
 * Full jitter: anything between nothing and the exponential bound is equally likely, so that clients which were cut off
 * together don't come back together.
 */
export function fullJitter(attempt: number, baseDelay: number, maxDelay: number, random: () => number): number {
  return Math.floor(random() * Math.min(maxDelay, baseDelay * 2 ** attempt));
}

/** Counts failures in a row and says how long to wait after each. */
export class Backoff {
  private readonly baseDelay: number;
  private readonly maxDelay: number;
  private failures = 0;

  constructor(
    { baseDelay = 1_000, maxDelay = 30_000 }: BackoffOptions = {},
    private readonly random: () => number = Math.random,
  ) {
    this.baseDelay = baseDelay;
    this.maxDelay = maxDelay;
  }

  /** How many failures there were in a row. */
  get attempt(): number {
    return this.failures;
  }

  /**
   * The wait after one more failure.
   *
   * @param lasted how long the connection had been open, in milliseconds; 0 if it never was
   */
  next({ lasted = 0, overloaded = false }: { lasted?: number; overloaded?: boolean } = {}): number {
    // A server that accepts and then closes at once must not be met with the shortest wait again and again.
    if (lasted >= STABLE_AFTER) this.failures = 0;
    const exponent = overloaded ? Math.max(this.failures, OVERLOADED_ATTEMPT) : this.failures;
    this.failures += 1;
    return fullJitter(exponent, this.baseDelay, this.maxDelay, this.random);
  }
}
