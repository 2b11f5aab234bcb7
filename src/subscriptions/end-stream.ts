import type { CommandError } from '../errors/command-error.js';
import type { Stream } from './stream.js';
import { TopicSubscription } from './topic-subscription.js';

/** Ends all subscriptions of a stream. */
export function endStream(stream: Stream, reason: CommandError): void {
  for (const subscriber of [...stream.subscribers]) {
    const subscription = subscriber.subscriptions.get(stream.name);
    if (!(subscription instanceof TopicSubscription)) continue;
    subscription.end(reason);
    if (reason.code === 'RIGHTS_CHANGED') subscriber.lostRights?.();
  }
}
