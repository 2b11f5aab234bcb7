import type { RecordId } from 'surrealdb';
import { kindOf } from '../../values/kind.js';
import type { Change } from './change.js';

/** The records between which an edge was before a change, and is after it; `undefined` where that isn't known of both. */
export function edgeEnds({ action, before, after }: Change): readonly RecordId[] | undefined {
  const images = [after, before].filter((image) => image !== undefined);
  if (images.length < (action === 'UPDATE' ? 2 : 1)) return undefined;
  const ends = images.flatMap((image) => [image['in'], image['out']]);
  return ends.every((end): end is RecordId => kindOf(end) === 'record') ? ends : undefined;
}
