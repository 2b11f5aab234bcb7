import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;

/** Settles when a condition holds; nothing but asking tells. */
export async function until(condition: () => boolean | Promise<boolean>, waitMs = 15_000): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`It did not come about in ${waitMs} ms.`);
    await delay(POLL_MS);
  }
}
