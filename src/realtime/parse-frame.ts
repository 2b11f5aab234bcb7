import { canonicalChannelName } from '../channels/channel-name.js';
import type { ReceivedFrame } from '../session/command-queue.js';

/** Characters of an `id`. */
export const ID_LENGTH = 64;

/** What every command has; the rest is for the validation of its type to tell. */
export interface CommandFrame {
  readonly type: string;
  readonly id?: string;
  readonly [field: string]: unknown;
}

export type ParsedFrame =
  | { readonly ok: true; readonly frame: CommandFrame }
  | { readonly ok: false; readonly fault: string; readonly id?: string };

/** Reads a frame as far as all commands are alike. Never throws. */
export function parseFrame({ data, binary }: Pick<ReceivedFrame, 'data' | 'binary'>): ParsedFrame {
  if (binary) return { ok: false, fault: 'Binary frames are not accepted: send JSON in text frames.' };
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    return { ok: false, fault: 'The frame is not JSON.' };
  }
  if (!isObject(value)) return { ok: false, fault: 'The frame has to be a JSON object.' };
  const { id, type } = value;
  if (id !== undefined && !isId(id))
    return { ok: false, fault: `id has to be a string of up to ${ID_LENGTH} characters.` };
  if (typeof type !== 'string') {
    const fault = type === undefined ? 'type is missing: it has to be a string.' : 'type has to be a string.';
    return { ok: false, fault, ...(id !== undefined && { id }) };
  }
  return { ok: true, frame: named(value as CommandFrame) };
}

/** The frame, naming its channel as everybody else does. */
function named(frame: CommandFrame): CommandFrame {
  const { channel } = frame;
  if (typeof channel !== 'string') return frame;
  const name = canonicalChannelName(channel);
  return name === channel ? frame : { ...frame, channel: name };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= ID_LENGTH;
}
