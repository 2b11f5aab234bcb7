import type { Subscription, Subscriptions } from '../delivery/subscriptions.js';
import { CommandError } from '../errors/command-error.js';
import type { Session } from '../session/session.js';

/** The fields by which an `unsubscribe` says what it ends. */
interface Selection {
  readonly stream?: unknown;
  readonly topic?: unknown;
  readonly channel?: unknown;
}

const FIELDS = ['stream', 'topic', 'channel'] as const;

/** The subscriptions that are meant; none where it isn't said by text. */
export function subscriptionsNamed(
  subscriptions: Subscriptions,
  { stream, topic, channel }: Selection,
): readonly Subscription[] {
  if (typeof stream === 'string') return subscriptions.find({ stream });
  if (typeof topic === 'string') return subscriptions.find({ topic });
  if (typeof channel === 'string') return subscriptions.find({ channel });
  return [];
}

/**
 * Ends subscriptions and answers with one `unsubscribed` for each.
 * @throws CommandError NOT_SUBSCRIBED
 */
export function unsubscribe(session: Session, { id, ...selection }: Selection & { readonly id?: string }): void {
  const subscriptions = subscriptionsNamed(session.subscriptions, selection);
  if (subscriptions.length === 0) {
    const field = FIELDS.find((name) => selection[name] !== undefined) ?? 'stream';
    throw new CommandError('NOT_SUBSCRIBED', `${field}: there is no such subscription on this connection.`);
  }
  for (const subscription of subscriptions) {
    session.subscriptions.release(subscription);
    session.reply({
      type: 'unsubscribed',
      ...(id !== undefined && { id }),
      stream: subscription.stream,
      ...subscription.target,
    });
  }
}
