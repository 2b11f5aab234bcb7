import type { PrincipalInfo, Row, ServerFrame, WelcomeFrame } from '@edge-hive/protocol';
import { ActiveSubscription, type SubscriptionHost, type SubscriptionSpec } from './active-subscription.js';
import { Backoff } from './backoff.js';
import { Channel } from './channel.js';
import { type ClientEvents, queueBounds, type RealtimeClientOptions } from './client-options.js';
import { type CloseReason, NORMAL_CLOSE } from './close-reaction.js';
import { Collection } from './collection.js';
import type { CollectionOptions } from './collection-options.js';
import { Commands } from './commands.js';
import { Connection } from './connection.js';
import type { ConnectionState } from './connection-state.js';
import { Echoes } from './echoes.js';
import { Emitter } from './emitter.js';
import { closedError, invoke, RealtimeError } from './errors.js';
import { PublishQueue } from './publish-queue.js';
import { socketUrlOf, type UrlLike, webSocketOf } from './socket.js';
import type { Subscription, Target, TopicEvent } from './subscription.js';
import { Subscriptions } from './subscriptions.js';
import { TokenRenewal } from './token-renewal.js';
import { TokenSource } from './token-source.js';
import { type TopicArguments, topicSpec } from './topic.js';

/** A client of an Edge Hive Realtime service. It connects when it is first used, and stays connected until `close()`. */
export class RealtimeClient {
  private readonly events = new Emitter<ClientEvents>();
  private readonly connection: Connection;
  private readonly commands: Commands;
  private readonly publishes: PublishQueue;
  private readonly subscriptions: Subscriptions;
  private readonly renewal: TokenRenewal;
  private readonly host: SubscriptionHost;

  /** @throws TypeError naming the argument that can't be used */
  constructor(url: UrlLike, options: RealtimeClientOptions = {}) {
    const report = (error: RealtimeError) => this.report(error);
    const tokens = new TokenSource(options);
    const newBackoff = () => new Backoff(options.backoff);
    this.commands = new Commands((text) => this.connection.send(text));
    const echoes = new Echoes();
    this.publishes = new PublishQueue(queueBounds(options), this.commands, newBackoff, echoes);
    this.subscriptions = new Subscriptions(this.commands, newBackoff, echoes);
    this.renewal = new TokenRenewal(tokens, (token) => this.authenticate(token), report);
    this.host = {
      leave: (subscriber) => this.subscriptions.remove(subscriber),
      reread: (subscriber) => this.subscriptions.reread(subscriber),
      resynced: (notice) => this.emit('resync', notice),
      report,
    };
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
        closed: (reason) => this.closed(reason),
        stateChanged: (state) => this.emit('state', state),
        report,
        inUse: () => this.subscriptions.size > 0 || !this.publishes.idle,
      },
    );
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
    return new Collection(topic, options, { begin: (spec) => this.begin(spec), report: (error) => this.report(error) });
  }

  channel(name: string): Channel {
    return new Channel(name, {
      subscribe: (spec) => this.begin(spec),
      unsubscribe: (target) => this.leave(target),
      publish: (command, settle) => {
        if (this.state.status === 'closed') return settle({ error: closedError(this.state.reason) });
        this.publishes.add(command, settle);
        this.connection.connect();
      },
    });
  }

  /** Ends every subscription and the connection, for good. */
  close(): void {
    this.connection.close({ code: NORMAL_CLOSE, reason: 'closed by the application' });
  }

  private begin<Event>(spec: SubscriptionSpec<Event>): ActiveSubscription<Event> {
    const subscription = new ActiveSubscription(spec, this.host);
    if (this.state.status === 'closed') {
      subscription.end(closedError(this.state.reason));
    } else {
      this.subscriptions.add(subscription);
      this.connection.connect();
    }
    return subscription;
  }

  private leave(target: Target): void {
    for (const subscriber of this.subscriptions.of(target)) {
      this.subscriptions.remove(subscriber);
      subscriber.end();
    }
  }

  private opened(welcome: WelcomeFrame | undefined): void {
    if (welcome) this.welcomed(welcome);
    this.commands.opened();
    // Subscriptions first: what is published behind them comes back to them.
    this.subscriptions.opened();
    this.publishes.opened();
  }

  private received(frame: ServerFrame): void {
    if (this.commands.receive(frame)) return;
    if (frame.type === 'error') this.report(RealtimeError.of(frame));
    else if (frame.type === 'welcome') this.welcomedLate(frame);
    else this.subscriptions.receive(frame);
  }

  private welcomed({ limits, principal }: WelcomeFrame): void {
    this.commands.frameBytes = limits.frameBytes;
    this.subscriptions.replayWindow = limits.replayWindow;
    this.renewal.schedule(principal);
  }

  /** Without a token of ours: the handshake carried one, in a header for instance. */
  private welcomedLate(welcome: WelcomeFrame): void {
    this.welcomed(welcome);
    this.connection.authenticated(welcome.principal);
  }

  private lost(): void {
    this.renewal.stop();
    // What is unanswered tells them what can't be continued.
    this.subscriptions.lost();
    this.commands.lost();
    this.publishes.lost();
  }

  private closed(reason: CloseReason): void {
    const error = closedError(reason);
    const isOurs = reason.code === NORMAL_CLOSE;
    this.renewal.stop();
    this.subscriptions.closed(isOurs ? undefined : error);
    this.commands.closed(error);
    this.publishes.closed(error);
    if (!isOurs) this.report(error);
  }

  private authenticate(token: string): Promise<PrincipalInfo> {
    return new Promise((resolve, reject) => {
      this.commands.send({ type: 'auth', token }, (outcome) => {
        if ('error' in outcome) return reject(outcome.error);
        if (outcome.reply.type !== 'authenticated')
          return reject(new RealtimeError('BAD_FRAME', 'Not an answer to auth.'));
        this.connection.authenticated(outcome.reply.principal);
        resolve(outcome.reply.principal);
      });
    });
  }

  private emit<Name extends keyof ClientEvents>(name: Name, payload: ClientEvents[Name]): void {
    for (const listener of this.events.of(name)) invoke(listener, payload, (error) => this.report(error));
  }

  private report(error: RealtimeError): void {
    const listeners = this.events.of('error');
    // eslint-disable-next-line no-console -- where nobody listens, this is the only way that a developer gets to know
    if (listeners.length === 0) console.error(error);
    // eslint-disable-next-line no-console -- as above: a listener of errors has nobody else to tell
    for (const listener of listeners) invoke(listener, error, (failure) => console.error(failure));
  }
}
