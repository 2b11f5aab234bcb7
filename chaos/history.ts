import type { FeedChange } from '../test/support/feed.js';
import { rowOf } from './row.js';
import { rowText } from './text.js';
import type { View } from './view.js';

/** One change of a record, as it has to be delivered to a view. */
export interface Step {
  readonly change: FeedChange;
  /** Absent where there is nothing to say. */
  readonly text?: string;
  /** It may be told, and needn't: a deletion by its id alone, where the database doesn't tell what the record was. */
  readonly isOptional: boolean;
  /** The record in the view after it; undefined when it isn't in. */
  readonly state: string | undefined;
}

/** The steps of each record, in the order of its commits. */
export type History = ReadonlyMap<string, readonly Step[]>;

/**
 * What a view has to be told, worked out from the database's own record by code of this check's own.
 *
 * @param knowsDeleted the database tells what a deleted record was
 */
export function historyOf(view: View, feed: readonly FeedChange[], knowsDeleted: boolean): History {
  const steps = new Map<string, Step[]>();
  for (const change of feed) {
    if (change.table !== view.topic) continue;
    let known = steps.get(change.id);
    if (!known) steps.set(change.id, (known = []));
    known.push(stepOf(view, change, known.at(-1), knowsDeleted));
  }
  return steps;
}

function stepOf(view: View, change: FeedChange, last: Step | undefined, knowsDeleted: boolean): Step {
  const row = rowOf(change);
  const state = row && view.matches(row) ? rowText(view, { ...row, id: change.id }) : undefined;
  const isHeard = view.events?.includes(change.action) ?? true;
  const text = isHeard ? deliveryOf(view, change, last?.state, state) : undefined;
  if (text !== undefined) return { change, text, isOptional: false, state };
  const isGuess = isHeard && change.action === 'DELETE' && !knowsDeleted && mayGuess(view, last);
  return isGuess ? { change, text: 'DELETE', isOptional: true, state } : { change, isOptional: false, state };
}

/** A deletion that the filter can't be asked about is delivered to whoever may know of the record. */
function mayGuess({ filter, restricted, visible }: View, last: Step | undefined): boolean {
  if (filter === undefined) return false;
  const row = last && rowOf(last.change);
  return restricted ? row !== undefined && visible?.(row) === true : true;
}

function deliveryOf(view: View, { action }: FeedChange, before?: string, state?: string): string | undefined {
  if (action === 'DELETE') return before === undefined ? undefined : 'DELETE';
  if (action === 'CREATE') return state === undefined ? undefined : `CREATE ${state}`;
  if (state === undefined) return before === undefined ? undefined : 'UPDATE leave';
  if (before === undefined) return `UPDATE enter ${state}`;
  return view.fields && before === state ? undefined : `UPDATE ${state}`;
}
