import type { PresenceState, PrincipalInfo, Row } from '@edge-hive/protocol';
import { Channel } from './channels/channel.js';
import { ClientCore } from './client-core.js';
import type { ClientEvents, RealtimeClientOptions } from './client-options.js';
import { NORMAL_CLOSE } from './connection/close-reaction.js';
import type { ConnectionState } from './connection/connection-state.js';
import type { UrlLike } from './connection/socket.js';
import { ActiveSubscription, type SubscriptionSpec } from './subscriptions/active-subscription.js';
import type { Subscription, TopicEvent } from './subscriptions/subscription.js';
import type { CollectionOptions } from './tables/collection-options.js';
import { Collection } from './tables/collection.js';
import { type TopicArguments, topicSpec } from './tables/topic.js';

/** A client of an Edge Hive Realtime service. It connects when it is first used, and stays connected until `close()`. */
export class RealtimeClient {
  private readonly core: ClientCore;

  /** @throws TypeError naming the argument that can't be used */
  constructor(url: UrlLike, options: RealtimeClientOptions = {}) {
    this.core = new ClientCore(url, options);
  }

  get state(): ConnectionState {
    return this.core.state;
  }

  /** @returns a function that takes the listener off again */
  on<Name extends keyof ClientEvents>(name: Name, listener: (payload: ClientEvents[Name]) => void): () => void {
    return this.core.events.on(name, listener);
  }

  /**
   * The changes of a table, of which `filter` says which rows: `subscribe('messages', { room: 'general' }, callback)`.
   * Without a callback they are read by `for await`.
   *
   * @throws TypeError naming the argument that can't be used
   */
  subscribe<Data extends { id: string } = Row>(
    topic: string,
    ...args: TopicArguments<Data>
  ): Subscription<TopicEvent<Data>> {
    return this.begin(topicSpec(topic, args));
  }

  /** Ends all subscriptions to a topic. */
  unsubscribe(topic: string): void {
    this.core.leave({ topic });
  }

  /**
   * The rows of a table that match, kept current: `collection('messages', { filter: { room: 'general' } })`.
   *
   * @throws TypeError naming the option that can't be used
   */
  collection<Item extends { id: string } = Row>(topic: string, options: CollectionOptions = {}): Collection<Item> {
    return new Collection(topic, options, { begin: (spec) => this.begin(spec), report: this.core.host.report });
  }

  /**
   * A channel: `channel('room:general')`. Its type argument is what members say of themselves: `channel<{ name: string }>(…)`.
   *
   * @throws TypeError without a name
   */
  channel<State extends object = PresenceState>(name: string): Channel<State> {
    return new Channel(name, {
      subscribe: (spec) => this.begin(spec),
      unsubscribe: (target) => this.core.leave(target),
      publish: (command, settle) => this.core.publish(command, settle),
      presence: (channel) => this.core.presences.of(channel),
      reported: (promise) => this.core.reports.watch(promise),
    });
  }

  /**
   * Goes on with another token: one who signs in, or has other claims or rights now. `null` is none: one who signs out.
   * Left out, `getToken` is asked, and without `getToken` it is none. A token that is given is used until it is refused or about
   * to expire; then `getToken` is asked.
   *
   * Subscriptions and collections are carried over: where the rows are others', they are read anew.
   *
   * @returns whom the server takes the client for; undefined: nobody
   * @throws RealtimeError with why the client goes on as before, such as UNAUTHENTICATED
   */
  auth(token?: string | null): Promise<PrincipalInfo | undefined> {
    return this.core.reports.watch(this.core.authentication.auth(token));
  }

  /** Ends every subscription and the connection, for good. */
  close(): void {
    this.core.connection.close({ code: NORMAL_CLOSE, reason: 'closed by the application' });
  }

  private begin<Event>(spec: SubscriptionSpec<Event>): ActiveSubscription<Event> {
    const subscription = new ActiveSubscription(spec, this.core.host);
    this.core.hold(subscription);
    return subscription;
  }
}
