import { setTimeout as delay } from 'node:timers/promises';
import { ServerError } from 'surrealdb';

const TRIES = 6;
const LONGEST_PAUSE_MS = 20;

/**
 * Does something again when its transaction met another. A definition meets whoever writes to its table for the first
 * time, listens to it, or defines it too, such as other instances of the service that start together.
 */
export async function retryConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !isConflict(error)) throw error;
      await delay(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}

/** Whether a transaction met another. The embedded engine and the server give it kinds of their own. */
export function isConflict(error: unknown): boolean {
  return error instanceof ServerError && error.message.includes('Transaction conflict');
}
