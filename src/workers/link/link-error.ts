import type { ErrorCode } from '@edge-hive/protocol';
import { CommandError } from '../../errors/command-error.js';
import { DatabaseUnavailable } from '../../surreal/connection/database-unavailable.js';

/** A failure on its way over a link. */
export type WrittenError =
  | { readonly name: 'CommandError'; readonly code: ErrorCode; readonly message: string }
  | { readonly name: 'DatabaseUnavailable' | 'Error'; readonly message: string };

export function writeError(error: unknown): WrittenError {
  if (error instanceof CommandError) return { name: 'CommandError', code: error.code, message: error.message };
  if (error instanceof DatabaseUnavailable) return { name: 'DatabaseUnavailable', message: error.message };
  return { name: 'Error', message: error instanceof Error ? error.message : String(error) };
}

export function readError(written: WrittenError): Error {
  if (written.name === 'CommandError') return new CommandError(written.code, written.message);
  if (written.name === 'DatabaseUnavailable') return new DatabaseUnavailable(written.message);
  return new Error(written.message);
}
