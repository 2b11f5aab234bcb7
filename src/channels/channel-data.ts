import { CommandError } from '../errors/command-error.js';

/**
 * JSON text of what a field of a frame carries; absent is null. Text that parses can still be nested deeper than the encoder's
 * stack reaches.
 * @throws CommandError BAD_FRAME naming the field
 */
export function encodeData(data: unknown, field = 'data'): string {
  try {
    return JSON.stringify(data ?? null);
  } catch {
    throw new CommandError('BAD_FRAME', `${field} is nested too deeply.`);
  }
}
