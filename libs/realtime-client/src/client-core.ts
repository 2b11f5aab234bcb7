import type { PrincipalInfo, ServerFrame, WelcomeFrame } from '@edge-hive/protocol';
import { Authentication } from './authentication/authentication.js';
import { TokenRenewal } from './authentication/token-renewal.js';
import { PublishQueue } from './channels/publish-queue.js';
import { type ClientEvents, queueBounds, type RealtimeClientOptions } from './client-options.js';
import { Backoff } from './connection/backoff.js';
import { type CloseReason, NORMAL_CLOSE } from './connection/close-reaction.js';
import { Commands } from './connection/commands.js';
import type { ConnectionState } from './connection/connection-state.js';
import { Connection, type ConnectionListener } from './connection/connection.js';
import { ServerClock } from './connection/server-clock.js';
import { socketUrlOf, type UrlLike, webSocketOf } from './connection/socket.js';
import { TokenSource } from './connection/token-source.js';
import { Emitter } from './emitter.js';
import { ErrorReports } from './error-reports.js';
import { closedError, RealtimeError } from './errors.js';
import { Presences } from './presence/presences.js';
import type { SubscriptionHost } from './subscriptions/active-subscription.js';
import { MutedMessages } from './subscriptions/muted-messages.js';
import type { Subscriber } from './subscriptions/subscriber.js';
import type { Target } from './subscriptions/subscription.js';
import { Subscriptions } from './subscriptions/subscriptions.js';

/** The parts of a client, and which of them hears of what happens on its connection, in which order. */
export class ClientCore implements ConnectionListener {
  readonly events = new Emitter<ClientEvents>();
  readonly reports = new ErrorReports(() => this.events.of('error'));
  readonly connection: Connection;
  readonly authentication: Authentication;
  readonly presences: Presences;
  /** What a subscription needs from the client. */
  readonly host: SubscriptionHost;
  private readonly tokens: TokenSource;
  private readonly commands: Commands;
  private readonly publishes: PublishQueue;
  private readonly subscriptions: Subscriptions;
  private readonly clock = new ServerClock();
  private readonly renewal: TokenRenewal;

  /** @throws TypeError naming the argument that can't be used */
  constructor(url: UrlLike, options: RealtimeClientOptions) {
    const report = (error: RealtimeError) => this.report(error);
    const tokens = new TokenSource(options);
    this.tokens = tokens;
    const newBackoff = () => new Backoff(options.backoff);
    const commands = new Commands((text) => this.connection.send(text));
    this.commands = commands;
    const muted = new MutedMessages();
    const publishes = new PublishQueue(queueBounds(options), commands, newBackoff, muted);
    this.publishes = publishes;
    this.subscriptions = new Subscriptions(commands, newBackoff, muted);
    this.host = {
      leave: (subscriber) => this.subscriptions.remove(subscriber),
      reread: (subscriber) => this.subscriptions.reread(subscriber),
      resynced: (notice) => this.emit('resync', notice),
      report,
    };
    this.presences = new Presences({
      commands,
      newBackoff,
      subscribe: (subscriber) => this.hold(subscriber),
      unsubscribe: (subscriber) => this.subscriptions.remove(subscriber),
      reread: (subscriber) => this.subscriptions.reread(subscriber),
      report,
    });
    const sockets = { url: socketUrlOf(url), WebSocket: webSocketOf(options.WebSocket) };
    const connection = new Connection({ ...sockets, tokens, backoff: newBackoff() }, this);
    this.connection = connection;
    const accepted = (principal: PrincipalInfo) => {
      connection.authenticated(principal);
      this.renewal.schedule(principal);
    };
    this.authentication = new Authentication({ tokens, connection, commands, publishes, newBackoff, accepted });
    const show = (token: string) => this.authentication.show(token);
    this.renewal = new TokenRenewal(tokens, this.clock, show, newBackoff, report);
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  hold(subscriber: Subscriber): void {
    if (this.state.status === 'closed') return subscriber.end(closedError(this.state.reason));
    this.subscriptions.add(subscriber);
    this.connection.connect();
  }

  /** Ends all subscriptions to a target. */
  leave(target: Target): void {
    for (const subscriber of this.subscriptions.of(target)) {
      this.subscriptions.remove(subscriber);
      subscriber.end();
    }
  }

  publish(...[command, settle]: Parameters<PublishQueue['add']>): void {
    if (this.state.status === 'closed') return settle({ error: closedError(this.state.reason) });
    this.publishes.add(command, settle);
    this.connection.connect();
  }

  inUse(): boolean {
    return this.subscriptions.size > 0 || !this.publishes.idle || this.tokens.isTried;
  }

  opened(welcome: WelcomeFrame | undefined): void {
    this.authentication.opened(welcome);
    if (welcome) this.welcomed(welcome);
    this.commands.opened();
    this.presences.opened(welcome?.principal.id);
    // Subscriptions first: what is published behind them comes back to them.
    this.subscriptions.opened();
    this.publishes.opened(welcome?.principal.id);
  }

  frame(frame: ServerFrame): void {
    if (this.commands.receive(frame)) return;
    if (frame.type === 'error') this.reports.add(RealtimeError.of(frame));
    else if (frame.type === 'welcome') this.welcomedLate(frame);
    else if (frame.type === 'pong') this.pong(frame.time);
    else this.subscriptions.receive(frame);
  }

  lost(): void {
    this.renewal.stop();
    // What is unanswered makes a difference to what can be resumed.
    this.subscriptions.lost();
    this.commands.lost();
    this.publishes.lost();
    this.authentication.lost();
  }

  refused(reason: CloseReason): void {
    this.authentication.refused(reason);
  }

  closed(reason: CloseReason): void {
    const error = closedError(reason);
    const isOurs = reason.code === NORMAL_CLOSE;
    this.renewal.stop();
    this.subscriptions.closed(isOurs ? undefined : error);
    this.commands.closed(error);
    this.publishes.closed(error);
    this.authentication.closed(error);
    if (!isOurs) this.reports.add(error);
  }

  stateChanged(state: ConnectionState): void {
    this.emit('state', state);
  }

  report(error: RealtimeError): void {
    this.reports.add(error);
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

  private emit<Name extends keyof ClientEvents>(name: Name, payload: ClientEvents[Name]): void {
    this.events.emit(name, payload, this.host.report);
  }
}
