import type { Trail } from './trail.js';

/** So many cursors are remembered at most. */
const MOST = 65_536;

/**
 * What a subscription was delivered on streams before the one that it has, where it began anew. Another instance begins a replay
 * one window before its cursor, which can be behind that beginning: what was delivered before isn't delivered again.
 */
export class DeliveredBefore {
  private readonly since = performance.now();

  private constructor(private readonly cursors: ReadonlySet<string>) {}

  /** @param trail of the stream that it had last, and what it had been delivered before that one */
  static of(trail: Trail, before: DeliveredBefore | undefined): DeliveredBefore | undefined {
    const all = [...(before?.cursors ?? []), ...trail.cursors];
    return all.length > 0 ? new DeliveredBefore(new Set(all.slice(-MOST))) : undefined;
  }

  has(cursor: string): boolean {
    return this.cursors.has(cursor);
  }

  /** Whether a replay that resumes where the trail is can't reach back so far. */
  isPast(trail: Trail): boolean {
    return trail.isPast(this.since);
  }
}
