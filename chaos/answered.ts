import { setTimeout as delay } from 'node:timers/promises';

/** The SDK never answers a call whose connection ends at the wrong moment. @throws Error when it takes too long */
export async function answered<T>(call: Promise<T>, waitMs: number): Promise<T> {
  const late = delay(waitMs, undefined, { ref: false }).then(() => Promise.reject(new Error('no answer in time')));
  return Promise.race([call, late]);
}
