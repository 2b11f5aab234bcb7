import { CommandError } from '../../errors/command-error.js';
import { encodeData } from '../channel-data.js';

/**
 * JSON text of a presence's state.
 * @throws CommandError BAD_FRAME, or LIMIT_EXCEEDED beyond so many bytes
 */
export function encodeState(state: Readonly<Record<string, unknown>>, most: number): string {
  const json = encodeData(state, 'state');
  if (Buffer.byteLength(json) <= most) return json;
  throw new CommandError('LIMIT_EXCEEDED', `state may have ${most} bytes as JSON: leave out what others needn't see.`);
}
