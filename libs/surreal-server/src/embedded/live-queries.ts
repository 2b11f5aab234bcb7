import { type Envelope, readValue } from './envelope.js';

const mentionsLive = /live/i;

/** Whether a call may start live queries: only then is its answer worth reading. */
export function mayStartLiveQuery(method: string, params: Uint8Array | undefined): boolean {
  if (method === 'live') return true;
  return method === 'query' && params !== undefined && mentionsLive.test(Buffer.from(params).toString('latin1'));
}

/** The ids of the live queries that an answer of `live` or `query` tells of. */
export function readLiveIds(answer: Uint8Array): string[] {
  const value = readValue(answer);
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return (value as { type?: unknown; result?: unknown }[]).flatMap(({ type, result }) =>
    type === 'live' && typeof result === 'string' ? [result] : [],
  );
}

export interface Notification {
  readonly id: string;
  /** The engine's session; missing when a live query was killed. */
  readonly session: string | undefined;
  readonly killed: boolean;
  readonly parts: Envelope;
}

export function readNotification(parts: Envelope): Notification {
  const text = (field: string): string | undefined => {
    const part = parts.get(field);
    const value = part === undefined ? undefined : readValue(part);
    return typeof value === 'string' ? value : undefined;
  };
  return { id: text('id') ?? '', session: text('session'), killed: text('action') === 'KILLED', parts };
}
