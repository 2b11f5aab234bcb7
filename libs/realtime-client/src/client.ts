import type { PresenceState, PrincipalInfo, Row, ServerFrame, WelcomeFrame } from '@edge-hive/protocol';
import {
  ActiveSubscription,
  type SubscriptionHost,
  type SubscriptionSpec,
} from './subscriptions/active-subscription.js';
import { Authentication } from './authentication/authentication.js';
import { Backoff } from './connection/backoff.js';
import { Channel } from './channels/channel.js';
import { type ClientEvents, queueBounds, type RealtimeClientOptions } from './client-options.js';
import { type CloseReason, NORMAL_CLOSE } from './connection/close-reaction.js';
import { Collection } from './tables/collection.js';
import type { CollectionOptions } from './tables/collection-options.js';
import { Commands } from './connection/commands.js';
import { Connection } from './connection/connection.js';
import type { ConnectionState } from './connection/connection-state.js';
import { Emitter } from './emitter.js';
import { ErrorReports } from './error-reports.js';
import { closedError, RealtimeError } from './errors.js';
import { MutedMessages } from './subscriptions/muted-messages.js';
import { Presences } from './presence/presences.js';
import { PublishQueue } from './channels/publish-queue.js';
import { ServerClock } from './connection/server-clock.js';
import { socketUrlOf, type UrlLike, webSocketOf } from './connection/socket.js';
import type { Subscription, Target, TopicEvent } from './subscriptions/subscription.js';
import type { Subscriber } from './subscriptions/subscriber.js';
import { Subscriptions } from './subscriptions/subscriptions.js';
import { TokenRenewal } from './authentication/token-renewal.js';
import { TokenSource } from './connection/token-source.js';
import { type TopicArguments, topicSpec } from './tables/topic.js';

/** A client of an Edge Hive Realtime service. It connects when it is first used, and stays connected until `close()`. */
export class RealtimeClient {
  private readonly events = new Emitter<ClientEvents>();
  private readonly reports = new ErrorReports(() => this.events.of('error'));
  private readonly connection: Connection;
  private readonly commands: Commands;
  private readonly publishes: PublishQueue;
  private readonly subscriptions: Subscriptions;
  private readonly presences: Presences;
  private readonly clock = new ServerClock();
  private readonly authentication: Authentication;
  private readonly renewal: TokenRenewal;
  private readonly host: SubscriptionHost;

  /** @throws TypeError naming the argument that can't be used */
  constructor(url: UrlLike, options: RealtimeClientOptions = {}) {
    const report = (error: RealtimeError) => this.reports.add(error);
    const tokens = new TokenSource(options);
    const newBackoff = () => new Backoff(options.backoff);
    this.commands = new Commands((text) => this.connection.send(text));
    const muted = new MutedMessages();
    this.publishes = new PublishQueue(queueBounds(options), this.commands, newBackoff, muted);
    this.subscriptions = new Subscriptions(this.commands, newBackoff, muted);
    this.host = {
      leave: (subscriber) => this.subscriptions.remove(subscriber),
      reread: (subscriber) => this.subscriptions.reread(subscriber),
      resynced: (notice) => this.emit('resync', notice),
      report,
    };
    this.presences = new Presences({
      commands: this.commands,
      newBackoff,
      subscribe: (subscriber) => this.hold(subscriber),
      unsubscribe: (subscriber) => this.subscriptions.remove(subscriber),
      reread: (subscriber) => this.subscriptions.reread(subscriber),
      report,
    });
    this.connection = new Connection(
      {
        url: socketUrlOf(url),
        WebSocket: webSocketOf(options.WebSocket),
        tokens,
        backoff: newBackoff(),
      },
      {
        opened: (welcome) => this.opened(welcome),
        frame: (frame) => this.received(frame),
        lost: () => this.lost(),
        refused: (reason) => this.authentication.refused(reason),
        closed: (reason) => this.closed(reason),
        stateChanged: (state) => this.emit('state', state),
        report,
        inUse: () => this.subscriptions.size > 0 || !this.publishes.idle || tokens.isTried,
      },
    );
    const { commands, connection, publishes } = this;
    const accepted = (principal: PrincipalInfo) => {
      this.connection.authenticated(principal);
      this.renewal.schedule(principal);
    };
    this.authentication = new Authentication({ tokens, connection, commands, publishes, newBackoff, accepted });
    const show = (token: string) => this.authentication.show(token);
    this.renewal = new TokenRenewal(tokens, this.clock, show, newBackoff, report);
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  /** @returns a function that takes the listener off again */
  on<Name extends keyof ClientEvents>(name: Name, listener: (payload: ClientEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
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
    this.leave({ topic });
  }

  /**
   * The rows of a table that match, kept current: `collection('messages', { filter: { room: 'general' } })`.
   *
   * @throws TypeError naming the option that can't be used
   */
  collection<Item extends { id: string } = Row>(topic: string, options: CollectionOptions = {}): Collection<Item> {
    return new Collection(topic, options, { begin: (spec) => this.begin(spec), report: this.host.report });
  }

  /**
   * A channel: `channel('room:general')`. Its type argument is what members say of themselves: `channel<{ name: string }>(…)`.
   *
   * @throws TypeError without a name
   */
  channel<State extends object = PresenceState>(name: string): Channel<State> {
    return new Channel(name, {
      subscribe: (spec) => this.begin(spec),
      unsubscribe: (target) => this.leave(target),
      publish: (command, settle) => {
        if (this.state.status === 'closed') return settle({ error: closedError(this.state.reason) });
        this.publishes.add(command, settle);
        this.connection.connect();
      },
      presence: (channel) => this.presences.of(channel),
      reported: (promise) => this.reports.watch(promise),
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
    return this.reports.watch(this.authentication.auth(token));
  }

  /** Ends every subscription and the connection, for good. */
  close(): void {
    this.connection.close({ code: NORMAL_CLOSE, reason: 'closed by the application' });
  }

  private begin<Event>(spec: SubscriptionSpec<Event>): ActiveSubscription<Event> {
    const subscription = new ActiveSubscription(spec, this.host);
    this.hold(subscription);
    return subscription;
  }

  private hold(subscriber: Subscriber): void {
    if (this.state.status === 'closed') return subscriber.end(closedError(this.state.reason));
    this.subscriptions.add(subscriber);
    this.connection.connect();
  }

  private leave(target: Target): void {
    for (const subscriber of this.subscriptions.of(target)) {
      this.subscriptions.remove(subscriber);
      subscriber.end();
    }
  }

  private opened(welcome: WelcomeFrame | undefined): void {
    this.authentication.opened(welcome);
    if (welcome) this.welcomed(welcome);
    this.commands.opened();
    this.presences.opened(welcome?.principal.id);
    // Subscriptions first: what is published behind them comes back to them.
    this.subscriptions.opened();
    this.publishes.opened(welcome?.principal.id);
  }

  private received(frame: ServerFrame): void {
    if (this.commands.receive(frame)) return;
    if (frame.type === 'error') this.reports.add(RealtimeError.of(frame));
    else if (frame.type === 'welcome') this.welcomedLate(frame);
    else if (frame.type === 'pong') this.pong(frame.time);
    else this.subscriptions.receive(frame);
  }

  private pong(time: string): void {
    this.clock.set(time);
    this.renewal.clockSet();
  }

  private welcomed({ limits, principal, time }: WelcomeFrame): void {
    this.clock.set(time);
    this.commands.frameBytes = limits.frameBytes;
    this.subscriptions.replayWindow = limits.replayWindow;
    this.renewal.schedule(principal);
  }

  /** On a connection that was anonymous until now; or the handshake carried a token, in a header for instance. */
  private welcomedLate(welcome: WelcomeFrame): void {
    this.welcomed(welcome);
    this.connection.authenticated(welcome.principal);
    this.authentication.welcomedLate(welcome);
    this.presences.opened(welcome.principal.id);
    this.publishes.opened(welcome.principal.id);
  }

  private lost(): void {
    this.renewal.stop();
    // What is unanswered makes a difference to what can be resumed.
    this.subscriptions.lost();
    this.commands.lost();
    this.publishes.lost();
    this.authentication.lost();
  }

  private closed(reason: CloseReason): void {
    const error = closedError(reason);
    const isOurs = reason.code === NORMAL_CLOSE;
    this.renewal.stop();
    this.subscriptions.closed(isOurs ? undefined : error);
    this.commands.closed(error);
    this.publishes.closed(error);
    this.authentication.closed(error);
    if (!isOurs) this.reports.add(error);
  }

  private emit<Name extends keyof ClientEvents>(name: Name, payload: ClientEvents[Name]): void {
    this.events.emit(name, payload, this.host.report);
  }
}
