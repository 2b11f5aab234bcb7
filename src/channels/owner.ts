import type { Subscriber } from '../delivery/subscriber.js';
import type { Publication } from './broker.js';

/** Who publishes counts for what is kept of it. What comes by the API key, which is no principal's, counts for its channel. */
export function ownerOf({ from, channel }: Pick<Publication, 'from' | 'channel'>): string {
  return from === undefined ? `channel:${channel}` : `principal:${from}`;
}

/** Whose a channel is that somebody subscribes to. Those without a token are one. */
export function ownerOfSubscriber({ owner }: Subscriber): string {
  return owner?.kind === 'principal' ? `principal:${owner.name}` : '';
}
