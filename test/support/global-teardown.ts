import { rm } from 'node:fs/promises';

/** Ends the shared server that the setup started. */
export default async function tearDown(): Promise<void> {
  const shared = globalThis.sharedSurreal;
  await shared?.process.stop();
  if (shared?.data !== undefined) await rm(shared.data, { recursive: true, force: true });
}
