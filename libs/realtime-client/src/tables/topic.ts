import type { Action, EventFrame, Filter, Row, SnapshotRequest } from '@edge-hive/protocol';
import type { SubscriptionSpec } from '../subscriptions/active-subscription.js';
import { checkFilter } from '../json-check.js';
import type { SubscriptionOptions, TopicEvent } from '../subscriptions/subscription.js';

/** Options of a subscription to a topic. */
export interface TopicOptions<Data extends { id: string }> extends SubscriptionOptions {
  /** Names or dotted paths; `id` always comes too. Default: all that may be read. */
  fields?: string[];
  /** Default: all three. */
  events?: Action[];
  /** The rows that match now, ahead of the changes after them. Needs `onSnapshot`. */
  snapshot?: SnapshotRequest;
  /** Called with a whole snapshot: at the beginning, after each reconnect and after each resync. It replaces what was. */
  onSnapshot?: (rows: Data[]) => void;
}

export type TopicCallback<Data extends { id: string }> = (event: TopicEvent<Data>) => void;

/** Filter, callback and options, of which each but the last may be left out. */
export type TopicArguments<Data extends { id: string }> =
  | [callback: TopicCallback<Data>, options?: TopicOptions<Data>]
  | [filter?: Filter | null | undefined, callback?: TopicCallback<Data> | undefined, options?: TopicOptions<Data>]
  | [filter: Filter | null | undefined, options: TopicOptions<Data>];

/** @throws TypeError naming the argument that can't be used */
export function topicSpec<Data extends { id: string }>(
  topic: string,
  args: TopicArguments<Data>,
): SubscriptionSpec<TopicEvent<Data>> {
  const { filter, callback, options } = sort(args);
  if (typeof topic !== 'string' || topic === '') throw new TypeError('topic has to be the name of a table.');
  if (filter !== undefined && (typeof filter !== 'object' || Array.isArray(filter))) {
    throw new TypeError('filter has to be an object, such as { room: "general" }.');
  }
  if (filter !== undefined) checkFilter(filter);
  if (typeof options !== 'object') throw new TypeError('callback has to be a function, and options an object.');
  const { fields, events, snapshot, onSnapshot } = options;
  if (events !== undefined) checkEvents(events);
  if (snapshot && !onSnapshot) throw new TypeError('snapshot needs onSnapshot, which is given the rows.');
  const request = { topic, filter, fields, events, snapshot: snapshot ?? (onSnapshot ? true : undefined) };
  return {
    target: { topic },
    // As JSON and back: a copy that the application can't change later, without what can't be sent.
    request: JSON.parse(JSON.stringify(request)) as SubscriptionSpec<TopicEvent<Data>>['request'],
    select: (frame) => (frame.type === 'event' ? eventOf(frame) : undefined),
    callback,
    // What the rows look like is the application's claim, made by the type argument of `subscribe`.
    onSnapshot: onSnapshot as ((rows: Row[]) => void) | undefined,
    options,
  };
}

const ACTIONS: readonly unknown[] = ['CREATE', 'UPDATE', 'DELETE'] satisfies Action[];

/** Other services have other words: a subscription that hears of nothing would seem to work. */
function checkEvents(events: unknown): void {
  const fix = `events has to be an array of ${ACTIONS.join(', ')}; leave it out for all three.`;
  if (!Array.isArray(events) || events.length === 0) throw new TypeError(fix);
  const wrong: unknown = events.find((event) => !ACTIONS.includes(event));
  if (wrong !== undefined) throw new TypeError(`${JSON.stringify(wrong)} is no event: ${fix}`);
}

function sort<Data extends { id: string }>(
  args: TopicArguments<Data>,
): { filter?: Filter; callback?: TopicCallback<Data>; options: TopicOptions<Data> } {
  const [first, second, third] = args;
  if (typeof first === 'function')
    return { callback: first, options: (second as TopicOptions<Data> | undefined) ?? {} };
  const filter = first == null ? {} : { filter: first };
  if (typeof second === 'function') return { ...filter, callback: second, options: third ?? {} };
  return { ...filter, options: second ?? third ?? {} };
}

function eventOf<Data extends { id: string }>({ type: _, ...event }: EventFrame): TopicEvent<Data> {
  return event as TopicEvent<Data>;
}
