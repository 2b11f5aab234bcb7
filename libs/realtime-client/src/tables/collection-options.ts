import type { Filter, SnapshotOrder, SnapshotRequest } from '@edge-hive/protocol';
import type { SubscriptionOptions } from '../subscriptions/subscription.js';

export interface CollectionOptions extends Pick<SubscriptionOptions, 'onError' | 'onResync' | 'onSubscribed'> {
  /** Which rows. Default: all. */
  filter?: Filter;
  /** Names or dotted paths; `id` always comes too. Those of `orderBy` have to be among them. */
  fields?: string[];
  /** The order of `items`. Rows that are equal by it, and all without it, are ordered by id. */
  orderBy?: SnapshotOrder[];
  /** Only the first so many. When one of them leaves, the rows are read again, since it isn't known which one follows. */
  limit?: number;
}

/**
 * The snapshot that a collection asks for.
 *
 * @throws TypeError naming the option that can't be used
 */
export function snapshotOf({ fields, orderBy = [], limit }: CollectionOptions): SnapshotRequest {
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new TypeError('limit has to be a whole number above 0.');
  }
  for (const { field } of orderBy) {
    const isSelected = fields?.some((name) => field === 'id' || field === name || field.startsWith(`${name}.`)) ?? true;
    if (!isSelected) throw new TypeError(`orderBy: "${field}" has to be one of fields, or the rows can't be ordered.`);
  }
  // By id last, as here: which rows are the first must not be left to chance.
  return limit === undefined || { limit, orderBy: [...orderBy, { field: 'id' }] };
}
