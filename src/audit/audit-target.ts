import { createWriteStream, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { ConfigError } from '../config/load-config.js';

/** Readable by whoever runs the service, as it says who connected from where. */
const MODE = 0o600;

/** What `AUDIT_LOG` names. @throws ConfigError for a file that can't be written to */
export function openAuditTarget(name: string): Writable {
  if (name === 'stdout') return process.stdout;
  if (name === 'stderr') return process.stderr;
  try {
    return createWriteStream(name, { fd: openSync(name, 'a', MODE) });
  } catch (error) {
    throw new ConfigError(`AUDIT_LOG can't be written to: ${error instanceof Error ? error.message : String(error)}`);
  }
}
