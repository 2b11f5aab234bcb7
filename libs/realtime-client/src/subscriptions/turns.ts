import { isSameTarget } from './subscription.js';
import type { TrackedSubscription } from './tracked-subscription.js';
import type { Trail } from './trail.js';

/**
 * Whose turn it is to ask, in order. First those that are resumed, one for each trail: on a stream that a new subscription to the
 * same has made live, `since` would be ignored. What one of them still waits for, others of its target wait for, too.
 */
export function turnsOf(all: Iterable<TrackedSubscription>): TrackedSubscription[] {
  const leaders = new Map<Trail, TrackedSubscription>();
  const waiting: TrackedSubscription[] = [];
  for (const one of all) {
    const { state } = one;
    if (state.kind === 'broken' && !leaders.has(state.trail)) leaders.set(state.trail, one);
    else if (state.kind === 'waiting' && state.until === 'turn') waiting.push(one);
  }
  const resumed = [...leaders.values()];
  const ahead = resumed.filter(({ state }) => state.kind === 'broken' && state.until === 'time');
  const isBehind = ({ subscriber: { target } }: TrackedSubscription) =>
    ahead.some(({ subscriber }) => isSameTarget(subscriber.target, target));
  return [
    ...resumed.filter(({ state }) => state.kind === 'broken' && state.until === 'turn'),
    ...waiting.filter((one) => !isBehind(one)),
  ];
}
