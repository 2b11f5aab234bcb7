import { Change } from '../changes/change.js';
import type { LiveMessage } from './live-queries.js';
import type { DatabaseRow } from '../../values/path.js';

/** What a live query selects so that its message tells a whole change. */
export const LIVE_CHANGE_PROJECTION = '$event AS event, $before AS before, $after AS after';

interface LivePayload {
  readonly event?: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly before?: DatabaseRow | null;
  readonly after?: DatabaseRow | null;
}

/**
 * The change in a live query's message, of the table that its record is in: the embedded engine tells the deletion of an edge
 * to whoever listens to one of its vertices. Its time is when it came here: the message has none.
 */
export function liveChange(message: LiveMessage, cursor: string): Change | undefined {
  if (message.action === 'KILLED') return undefined;
  const { event = message.action, before, after } = (message.result ?? {}) as LivePayload;
  const row = event === 'DELETE' ? undefined : (after ?? undefined);
  if (event !== 'DELETE' && !row) return undefined;
  const absent = event === 'CREATE';
  return new Change({
    table: message.record.table.name,
    id: message.record,
    action: event,
    ...(row ? { after: row } : {}),
    previous: absent ? { kind: 'absent' } : before ? { kind: 'row', row: before } : { kind: 'unknown' },
    cursor,
    time: Date.now(),
  });
}
