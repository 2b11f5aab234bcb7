import { DatabaseUnavailable } from './database-unavailable.js';

/** Waits no longer than `timeoutMs`. @throws DatabaseUnavailable */
export async function withDeadline<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DatabaseUnavailable(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  work.catch(() => undefined); // when the deadline passes first, nobody else is left to hear of it
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
