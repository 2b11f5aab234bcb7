import { once, setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './account.js';
import type { Verdict } from './verdict.js';
import type { Violation } from './violation.js';

/** Between two looks at the same accounts, while much comes. */
const PAUSE_MS = 100;

/** Settles when nothing is wrong with any account any more, or at the deadline. @returns what is wrong */
export async function settle(
  accounts: readonly Account[],
  verdict: Verdict,
  deadline: AbortSignal,
): Promise<Violation[]> {
  let unsettled = accounts;
  const passed = new Promise((resolve) => deadline.addEventListener('abort', resolve));
  for (;;) {
    const looked = new AbortController();
    const { signal } = looked;
    setMaxListeners(0, signal);
    // Listened for before the look: what comes during it isn't missed.
    const moves = unsettled.map((account) => once(account.progress, 'told', { signal }).catch(() => undefined));
    unsettled = unsettled.filter((account) => verdict.of(account).length > 0);
    if (unsettled.length === 0 || deadline.aborted) break;
    await Promise.race([passed, ...moves]);
    looked.abort();
    await delay(PAUSE_MS);
  }
  // All of them again: what came since may be too much.
  return accounts.flatMap((account) => verdict.of(account));
}
