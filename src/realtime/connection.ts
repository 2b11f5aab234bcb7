import { randomUUID } from 'node:crypto';
import { CLOSE_CODES, type CloseCode, type ErrorCode, type ServerFrame } from '@edge-hive/protocol';
import type { WsMessageHandler } from '@nestjs/common';
import type { AuditLog } from '../audit/audit-log.js';
import { addressBlock } from '../auth/address-block.js';
import type { Caller, Principal } from '../auth/principal.js';
import type { Config } from '../config/config.js';
import type { Account } from '../delivery/account.js';
import { Subscriptions } from '../delivery/subscriptions.js';
import { EncodedFrame } from '../delivery/encoded-frame.js';
import type { HeldBytes, Holder } from '../delivery/held-bytes.js';
import type { Owner, Subscriber } from '../delivery/subscriber.js';
import type { CommandError } from '../errors/command-error.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import { Alarm } from './alarm.js';
import { CommandQueue, type CommandRunner, type ReceivedFrame } from './command-queue.js';
import { CommandRate } from './command-rate.js';
import type { Dispatcher } from './dispatcher.js';
import type { Pulse } from './heartbeat-wheel.js';
import { Outbox, type OutboxOwner } from '../outbox/outbox.js';
import type { Outboxes } from '../outbox/outboxes.js';
import type { PublishPermits } from './publish-permits.js';
import type { RealtimeSocket } from './realtime-socket.js';
import { TokenBucket } from './token-bucket.js';

/** What Node reads of a socket at once, at most. */
const READ_BYTES = 64 * 1024;

/** Malformed frames in a minute before 4400. */
const VIOLATIONS_PER_MINUTE = 50;

/** Closes that no client is to blame for. */
const BLAMELESS: ReadonlySet<CloseCode> = new Set([CLOSE_CODES.RESTARTING, CLOSE_CODES.HEARTBEAT_MISSED]);
/** What a command is refused with that asks for too much. */
const LIMIT_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['LIMIT_EXCEEDED', 'RATE_LIMITED']);

/** What every connection works with. */
export interface ConnectionContext {
  readonly config: Config;
  readonly held: HeldBytes;
  readonly outboxes: Outboxes;
  readonly dispatcher: Dispatcher;
  readonly metrics: MetricsService;
  readonly audit: AuditLog;
}

/** One client's socket: the state that commands and deliveries need, and the only way to write to it. */
export class Connection implements Subscriber, CommandRunner, OutboxOwner, Holder, Pulse {
  readonly id = randomUUID();
  readonly subscriptions: Subscriptions;
  /** When the connection has to be authenticated, or its token expires. */
  readonly alarm = new Alarm();
  /** What answers its commands. */
  handlers: readonly WsMessageHandler[] = [];
  /** Where it may publish, as far as that was decided. */
  permits: PublishPermits | undefined;
  private asker: Caller;
  private ended = false;
  private readonly held: Account;
  private readonly outbox: Outbox;
  private readonly commands = new CommandQueue(this);
  private readonly rate: CommandRate;
  private violations: TokenBucket | undefined;
  private authentications: TokenBucket | undefined;
  private paused = false;

  constructor(
    private readonly socket: RealtimeSocket,
    readonly address: string,
    local: boolean,
    private readonly context: ConnectionContext,
  ) {
    const { config, outboxes } = context;
    this.asker = { local };
    this.held = context.held.open(this);
    this.subscriptions = new Subscriptions(config.limitSubscriptions, this.held);
    this.rate = new CommandRate(config, performance.now());
    this.outbox = new Outbox(socket.tcp, this, outboxes);
  }

  get closed(): boolean {
    return this.ended;
  }

  get caller(): Caller {
    return this.asker;
  }

  get principal(): Principal | undefined {
    return this.asker.principal;
  }

  get owner(): Owner {
    const { principal } = this;
    return principal
      ? { kind: 'principal', name: principal.id }
      : { kind: 'address', name: addressBlock(this.address) };
  }

  get writable(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  get room(): number {
    return this.held.outboxRoom;
  }

  get outboxBytes(): number {
    return this.outbox.held;
  }

  get patience(): number {
    return this.trusted ? this.context.config.limitFrameBytes : this.context.config.limitUnauthenticatedBytes / 2;
  }

  /** Bytes that came, pongs included. While the connection itself doesn't read, it can't be blamed: NaN equals nothing. */
  get bytesReceived(): number {
    return this.paused ? NaN : this.socket.tcp.bytesRead;
  }

  /** From now on it speaks for this principal. */
  identify(principal: Principal): void {
    this.asker = { principal, local: this.asker.local };
    this.permits = undefined;
  }

  send(frame: EncodedFrame): void {
    this.outbox.send(frame);
  }

  /** Sends what only this connection gets. */
  reply(frame: ServerFrame): void {
    this.outbox.send(EncodedFrame.of(frame));
  }

  /** Answers a command with an error. The connection goes on. */
  refuse({ code, message, retryable }: CommandError, id: string | undefined): void {
    const { metrics, audit } = this.context;
    metrics.commandsRejected.inc(code);
    if (LIMIT_CODES.has(code)) audit.record({ event: 'limit_hit', ...this.identity, code });
    this.reply({ type: 'error', ...(id !== undefined && { id }), code, message, retryable });
  }

  drained(): Promise<void> {
    return this.outbox.drained();
  }

  receive(data: Buffer, binary: boolean): void {
    if (this.ended) return;
    const verdict = this.rate.judge(performance.now());
    if (verdict === 'flood') this.close(CLOSE_CODES.RATE_LIMITED, 'too many commands');
    else this.commands.push({ data, binary, refused: verdict === 'refused' });
  }

  /** Bytes came: those of a message that isn't whole yet are held, too. */
  read(): void {
    const partial = this.socket.partialBytes;
    this.commands.beside(partial);
    if (partial <= this.partialLimit) return;
    if (this.ended) this.terminate();
    else
      this.close(
        CLOSE_CODES.FRAME_TOO_LARGE,
        this.trusted ? 'a frame in too many parts' : 'too large a frame before authentication',
      );
  }

  book(bytes: number): void {
    this.held.book(bytes);
  }

  /** Whether so many bytes more can be held until it is served, which no close would end. */
  canHold(bytes: number): boolean {
    return this.context.held.fits(bytes);
  }

  /** Answers a WebSocket ping. It counts as a command, and goes unanswered while earlier bytes wait. */
  pinged(data: Buffer): void {
    if (this.controlled() && !this.socket.tcp.writableNeedDrain) this.socket.pong(data);
  }

  /** A pong counts as a command, too: nobody has to ask for it to come. */
  ponged(): void {
    this.controlled();
  }

  run(frame: ReceivedFrame): Promise<unknown> | undefined {
    return this.ended ? undefined : this.context.dispatcher.dispatch(this, frame);
  }

  /** Commands wait until this settles. */
  hold(until: Promise<unknown>): void {
    this.commands.hold(until);
  }

  pause(): void {
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    this.paused = false;
    this.socket.resume();
  }

  /** Counts a frame that is none. */
  violated(): void {
    const now = performance.now();
    this.violations ??= new TokenBucket(VIOLATIONS_PER_MINUTE, VIOLATIONS_PER_MINUTE / 60, now);
    if (!this.violations.take(now)) this.close(CLOSE_CODES.PROTOCOL_VIOLATION, 'too many malformed frames');
  }

  /** Counts a token that is shown. Each costs a signature, and a look at all subscriptions. */
  mayAuthenticate(): boolean {
    const now = performance.now();
    const { limitAuthBurst, limitAuthPerSecond } = this.context.config;
    this.authentications ??= new TokenBucket(limitAuthBurst, limitAuthPerSecond, now);
    return this.authentications.take(now);
  }

  ping(): void {
    this.socket.ping();
  }

  missed(): void {
    // One that has gone halfway, and takes nothing, would take no close either.
    if (!this.writable) this.terminate();
    else this.close(CLOSE_CODES.HEARTBEAT_MISSED, 'nothing came within the heartbeat timeout');
  }

  overflowed(): void {
    if (this.ended) return this.terminate();
    this.context.metrics.slowConsumers.inc();
    this.close(CLOSE_CODES.SLOW_CONSUMER, 'the outbox overflowed');
  }

  /** Nothing is sent or served any more. The reason is at most 123 bytes. */
  close(code: CloseCode, reason: string): void {
    if (this.ended) return;
    if (!BLAMELESS.has(code)) this.context.audit.record({ event: 'connection_closed', ...this.identity, code, reason });
    this.end();
    this.outbox.close();
    this.socket.close(code, reason);
  }

  /** Without a word. */
  terminate(): void {
    this.end();
    this.outbox.destroy();
    this.socket.terminate();
  }

  /** More is held for all together than may, and most of it for this one. */
  relieve(): void {
    this.overflowed();
  }

  /** The socket is gone. */
  gone(): void {
    this.end();
    this.outbox.destroy();
    this.commands.beside(0);
    this.held.close();
  }

  whenGone(callback: () => void): void {
    this.socket.once('close', callback);
  }

  /** Whether it may make the service hold as much as any: in development, the machine itself needs no token. */
  private get trusted(): boolean {
    return this.asker.principal !== undefined || this.asker.local;
  }

  /** The bytes of one frame, twice for what came with them, and one read. */
  private get partialLimit(): number {
    const { limitFrameBytes, limitUnauthenticatedBytes } = this.context.config;
    return this.trusted || this.commands.serving ? 2 * limitFrameBytes + READ_BYTES : limitUnauthenticatedBytes;
  }

  /** Counts a control frame. Answers whether it is to be served. */
  private controlled(): boolean {
    if (this.ended) return false;
    const verdict = this.rate.judge(performance.now());
    if (verdict === 'flood') this.close(CLOSE_CODES.RATE_LIMITED, 'too many pings or pongs');
    return verdict === 'served';
  }

  /** For the audit log. */
  private get identity() {
    const { id, address, principal } = this;
    return { connection: id, address, ...(principal && { principal: principal.id }) };
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.held.leave();
    this.alarm.clear();
    this.commands.close();
    // Or the answer to a close would stay unread.
    if (this.paused) this.resume();
    // A full outbox closes its connection in the middle of a delivery: subscriptions end after it.
    queueMicrotask(() => this.subscriptions.releaseAll());
  }
}
