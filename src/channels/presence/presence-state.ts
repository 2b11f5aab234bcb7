import { CommandError } from '../../errors/command-error.js';

/**
 * JSON text of a presence's state. What parses can still be nested deeper than the encoder's stack reaches.
 * @throws CommandError BAD_FRAME, or LIMIT_EXCEEDED beyond so many bytes
 */
export function encodeState(state: Readonly<Record<string, unknown>>, most: number): string {
  const json = textOf(state);
  if (Buffer.byteLength(json) <= most) return json;
  throw new CommandError('LIMIT_EXCEEDED', `state may have ${most} bytes as JSON: leave out what others needn't see.`);
}

function textOf(state: object): string {
  try {
    return JSON.stringify(state);
  } catch {
    throw new CommandError('BAD_FRAME', 'state is nested too deeply.');
  }
}
