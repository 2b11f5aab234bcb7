import { randomUUID } from 'node:crypto';
import { CLOSE_CODES, type CloseCode, type ErrorCode } from '@edge-hive/protocol';
import type { AuditLog } from '../audit/audit-log.js';
import { addressBlock } from '../auth/addresses/address-block.js';
import { principalBytes, type Caller, type Principal } from '../auth/tokens/principal.js';
import type { Config } from '../config/config.js';
import type { Account, Holder } from '../delivery/account.js';
import type { Cohort } from '../delivery/cohort.js';
import type { OtherContent } from '../delivery/content.js';
import { Delivery } from '../delivery/delivery.js';
import type { HeldBytes } from '../delivery/held-bytes.js';
import type { Owner, Subscriber } from '../delivery/subscriber.js';
import { Subscriptions } from '../delivery/subscriptions.js';
import type { CommandError } from '../errors/command-error.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import { Outbox, type OutboxOwner } from '../outbox/outbox.js';
import type { Outboxes } from '../outbox/outboxes.js';
import { Alarm } from './alarm.js';
import type { ReceivedFrame } from './command-queue.js';
import type { Pulse } from './heartbeat-wheel.js';
import { Inbox, type InboxOwner } from './inbox.js';
import type { PublishPermits } from './publish-permits.js';
import type { Reply } from './replies-in-turn.js';
import type { Transport } from './transport.js';

/** What a session takes in memory by itself, about: what V8 has of it and of its transport. */
const SESSION_BYTES = 8 * 1024;
/** Of a client that is gone without a word (RFC 6455, 7.4.1). */
const ABNORMAL = 1006;
/** Closes that no client is to blame for. */
const BLAMELESS: ReadonlySet<CloseCode> = new Set([CLOSE_CODES.RESTARTING, CLOSE_CODES.HEARTBEAT_MISSED]);
/** What a command is refused with that asks for too much. */
const LIMIT_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['LIMIT_EXCEEDED', 'RATE_LIMITED']);

/** Serves what a session's client sends. */
export interface CommandHandler {
  /** One command at a time. @returns when the next may be served, if not at once; never rejects for the client's doing. */
  serve(session: Session, frame: ReceivedFrame): Promise<unknown> | undefined;
  /** Whether others may be served beside this command, while it waits. Absent: none. */
  admitsOthers?(frame: ReceivedFrame): boolean;
  /**
   * Serves a command beside others that wait.
   * @returns its reply, which is given in its turn; never rejects. `undefined`: it has to wait, and nothing was done
   */
  serveBeside?(session: Session, frame: ReceivedFrame): Promise<Reply> | undefined;
}

/** What all sessions work with. */
export interface SessionContext {
  readonly config: Config;
  readonly held: HeldBytes;
  readonly outboxes: Outboxes;
  readonly metrics: MetricsService;
  readonly audit: AuditLog;
}

/** Where a client comes from. */
export interface Origin {
  readonly address: string;
  /** Whether it needs no token for what others need one for. */
  readonly local: boolean;
}

/** One client, whatever carries it: whom it speaks for, what it is subscribed to, what it sends and what it is sent. */
export class Session implements Subscriber, OutboxOwner, InboxOwner, Holder, Pulse {
  readonly id = randomUUID();
  readonly address: string;
  readonly subscriptions: Subscriptions;
  readonly inbox: Inbox;
  /** When it has to be authenticated, or its token expires. */
  readonly alarm = new Alarm();
  /** Where it may publish, as far as that was decided. */
  permits: PublishPermits | undefined;
  private asker: Caller;
  private endedWith: number | undefined;
  private readonly held: Account;
  private readonly outbox: Outbox;

  constructor(
    private readonly transport: Transport,
    { address, local }: Origin,
    readonly handler: CommandHandler,
    private readonly context: SessionContext,
  ) {
    const { config, held, outboxes } = context;
    this.address = address;
    this.asker = { local };
    this.held = held.open(this);
    this.subscriptions = new Subscriptions(config.limitSubscriptions, this.held);
    this.inbox = new Inbox(this, config);
    this.outbox = new Outbox(transport, this, outboxes);
    // Last: this may be the one that has to go for it.
    this.held.book(SESSION_BYTES);
  }

  get closed(): boolean {
    return this.endedWith !== undefined;
  }

  get closeCode(): number | undefined {
    return this.endedWith;
  }

  get caller(): Caller {
    return this.asker;
  }

  get principal(): Principal | undefined {
    return this.asker.principal;
  }

  get owner(): Owner {
    const { principal, address } = this;
    return principal
      ? { kind: 'principal', name: principal.id, expires: principal.expires }
      : { kind: 'address', name: addressBlock(address) };
  }

  /** In development, the machine itself needs no token. */
  get trusted(): boolean {
    return this.asker.principal !== undefined || this.asker.local;
  }

  get room(): number {
    return this.held.outboxRoom;
  }

  get outboxBytes(): number {
    return this.outbox.held;
  }

  /** While the session itself doesn't read, its client can't be blamed: NaN equals nothing. */
  get bytesReceived(): number {
    return this.inbox.paused ? NaN : this.transport.bytesReceived;
  }

  /** From now on it speaks for this principal. */
  identify(principal: Principal): void {
    const before = principalBytes(this.principal);
    this.asker = { principal, local: this.asker.local };
    this.permits = undefined;
    if (!this.closed) this.held.book(principalBytes(principal) - before);
  }

  send(delivery: Delivery): void {
    const { content } = delivery;
    if (content.type === 'resync') this.readsAgain(content.stream, content.reason);
    this.outbox.send(delivery);
  }

  join(cohort: Cohort): boolean {
    return this.outbox.join(cohort);
  }

  /** Sends what only this session gets. */
  reply(frame: OtherContent): void {
    this.outbox.send(Delivery.of(frame));
  }

  /** Answers a command with an error. The session goes on. */
  refuse({ code, message, retryable }: CommandError, id: string | undefined): void {
    const { metrics, audit } = this.context;
    metrics.commandsRejected.inc(code);
    if (LIMIT_CODES.has(code)) audit.record({ event: 'limit_hit', ...this.identity, code, reason: message });
    this.reply({ type: 'error', ...(id !== undefined && { id }), code, message, retryable });
  }

  drained(): Promise<void> {
    return this.outbox.drained();
  }

  serve(frame: ReceivedFrame): Promise<unknown> | undefined {
    return this.handler.serve(this, frame);
  }

  admitsOthers(frame: ReceivedFrame): boolean {
    return this.handler.admitsOthers?.(frame) ?? false;
  }

  serveBeside(frame: ReceivedFrame): Promise<Reply> | undefined {
    return this.handler.serveBeside?.(this, frame);
  }

  book(bytes: number): void {
    this.held.book(bytes);
  }

  /** Whether so many bytes more can be held until it is served, which no close would end. */
  canHold(bytes: number): boolean {
    return this.context.held.fits(bytes);
  }

  pause(): void {
    this.transport.pause();
  }

  resume(): void {
    this.transport.resume();
  }

  ping(): void {
    this.transport.ping();
  }

  missed(): void {
    // One that has gone halfway, and takes nothing, would take no close either.
    if (!this.transport.writable) this.terminate();
    else this.close(CLOSE_CODES.HEARTBEAT_MISSED, 'nothing came within the heartbeat timeout');
  }

  overflowed(): void {
    if (this.closed) return this.terminate();
    this.context.metrics.slowConsumers.inc();
    this.close(CLOSE_CODES.SLOW_CONSUMER, 'the outbox overflowed');
  }

  /** More is held for all together than may, and most of it for this one. */
  relieve(): void {
    this.overflowed();
  }

  /** Nothing is sent or served any more. The reason is at most 123 bytes. */
  close(code: CloseCode, reason: string): void {
    if (this.closed) return;
    if (!BLAMELESS.has(code)) this.context.audit.record({ event: 'connection_closed', ...this.identity, code, reason });
    this.end(code);
    this.outbox.close();
    this.transport.close(code, reason);
  }

  /** Without a word. */
  terminate(): void {
    this.end(ABNORMAL);
    this.outbox.destroy();
    this.transport.terminate();
  }

  /** What carried it is gone. */
  gone(code: number): void {
    this.end(code);
    this.outbox.destroy();
    this.inbox.holdsPart(0);
    this.held.close();
  }

  whenGone(callback: () => void): void {
    this.transport.whenGone(callback);
  }

  lostRights(): void {
    const { id, principal } = this;
    if (!principal) return;
    const event = { event: 'rights_changed', connection: id, principal: principal.id, subscriptionsEnded: 1 } as const;
    this.context.audit.record(event);
  }

  private readsAgain(stream: string, reason: string): void {
    const target = this.subscriptions.get(stream)?.target;
    if (!this.closed) this.context.audit.record({ event: 'resync', ...this.identity, ...target, reason });
  }

  /** For the audit log. */
  private get identity() {
    const { id, address, principal } = this;
    return { connection: id, address, ...(principal && { principal: principal.id }) };
  }

  private end(code: number): void {
    if (this.closed) return;
    this.endedWith = code;
    this.held.book(-SESSION_BYTES - principalBytes(this.principal));
    this.held.leave();
    this.alarm.clear();
    this.inbox.close();
    // A full outbox closes its session in the middle of a delivery: subscriptions end after it.
    queueMicrotask(() => this.subscriptions.releaseAll());
  }
}
