/** Jest runs this outside its module system, where relative TypeScript imports don't resolve: built packages only. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';

declare global {
  var sharedSurreal: { readonly process: SurrealProcess; readonly data: string | undefined } | undefined;
}

/** Starts the server that all behaviour tests share, unless SURREAL_URL names one. */
export default async function setUp(): Promise<void> {
  const { SURREAL_URL, SURREAL_BIN: bin } = process.env;
  if (SURREAL_URL) {
    process.env.TEST_SURREAL_URL = SURREAL_URL;
  } else {
    // The binary's memory engine takes quadratic time for a large transaction.
    const data = bin ? await mkdtemp(join(tmpdir(), 'edge-hive-')) : undefined;
    const server = await startSurreal({ ...(bin && { bin }), ...(data && { data }) });
    globalThis.sharedSurreal = { process: server, data };
    process.env.TEST_SURREAL_URL = server.url;
  }
}
