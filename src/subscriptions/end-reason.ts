import type { ErrorCode } from '@edge-hive/protocol';
import { Logger } from '@nestjs/common';
import { ServerError } from 'surrealdb';
import { CommandError } from '../errors/command-error.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';

const logger = new Logger('TopicSubscription');

/** What a client is told of an error that ends its subscription. One that nobody expects is logged. */
export function endReason(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  if (error instanceof CommandError) return error;
  if (error instanceof DatabaseUnavailable) {
    return { code: 'UNAVAILABLE', message: 'The database did not answer: subscribe again.' };
  }
  // The catalog, which tells of it too, is read once a second.
  if (error instanceof ServerError && error.kind === 'NotFound') {
    return { code: 'UNKNOWN_TOPIC', message: 'The table was removed.' };
  }
  logger.error(error);
  return { code: 'INTERNAL', message: 'The snapshot could not be made.' };
}
