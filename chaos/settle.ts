import { once, setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './account.js';
import type { Verdict } from './verdict.js';
import type { Violation } from './violation.js';

/** Between two looks at the same accounts, while much comes. */
const PAUSE_MS = 100;

/**
 * Settles when nothing is wrong with any account any more, or at the deadline. What was right may be wrong again for a moment:
 * a collection that is told to read again isn't current until it has. @returns what is wrong
 */
export async function settle(
  accounts: readonly Account[],
  verdict: Verdict,
  deadline: AbortSignal,
): Promise<Violation[]> {
  const passed = new Promise((resolve) => deadline.addEventListener('abort', resolve));
  let unsettled = accounts;
  for (;;) {
    const looked = new AbortController();
    const { signal } = looked;
    setMaxListeners(0, signal);
    // Listened for before the look: what comes during it isn't missed.
    const moves = unsettled.map((account) => once(account.progress, 'delivered', { signal }).catch(() => undefined));
    unsettled = unsettled.filter((account) => verdict.of(account).length > 0);
    if (unsettled.length > 0 && !deadline.aborted) await Promise.race([passed, ...moves]);
    looked.abort();
    if (unsettled.length === 0 || deadline.aborted) {
      // All of them again: what came since may be too much.
      const violations = accounts.flatMap((account) => verdict.of(account));
      if (violations.length === 0 || deadline.aborted) return violations;
      unsettled = accounts;
    }
    await delay(PAUSE_MS);
  }
}
