import { CommandError } from '../errors/command-error.js';

/**
 * JSON text of what a message carries; absent is null. Text that parses can still be nested deeper than the encoder's stack
 * reaches.
 * @throws CommandError BAD_FRAME
 */
export function encodeData(data: unknown): string {
  try {
    return JSON.stringify(data ?? null);
  } catch {
    throw new CommandError('BAD_FRAME', 'data is nested too deeply.');
  }
}
