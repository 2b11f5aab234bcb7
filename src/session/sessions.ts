import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { DevelopmentAccess } from '../auth/development-access.js';
import { Config } from '../config/config.js';
import { HeldBytes } from '../delivery/held-bytes.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Outboxes } from '../outbox/outboxes.js';
import { Admission, type Refusal } from './admission.js';
import { clientAddress } from './client-address.js';
import { Heartbeat } from './heartbeat.js';
import { SessionRegistry } from './session-registry.js';
import { Session, type CommandHandler, type SessionContext } from './session.js';
import type { Transport } from './transport.js';

/** How long a client that is turned away may take to read why, in ms, and how many may do so at a time. */
const TURNED_AWAY_MS = 1_000;
const TURNED_AWAY_AT_ONCE = 1_000;

/** Makes sessions of the clients that gateways bring, or turns them away. */
@Injectable()
export class Sessions {
  private readonly context: SessionContext;
  private turnedAway = 0;

  constructor(
    private readonly config: Config,
    private readonly admission: Admission,
    private readonly registry: SessionRegistry,
    private readonly heartbeat: Heartbeat,
    private readonly development: DevelopmentAccess,
    private readonly metrics: MetricsService,
    private readonly audit: AuditLog,
    held: HeldBytes,
    outboxes: Outboxes,
  ) {
    this.context = { config, held, outboxes, metrics, audit };
  }

  /**
   * @param request the HTTP request that the client came with: it says from where.
   * @param handler serves what the client sends.
   * @returns undefined when the client is turned away: the transport is being closed.
   */
  open(transport: Transport, request: IncomingMessage, handler: CommandHandler): Session | undefined {
    const address = clientAddress(request, this.config.trustProxy);
    const entered = this.admission.enter(request.headers.origin, address);
    if (typeof entered !== 'function') {
      this.audit.record({ event: 'connection_refused', address, code: entered.code, reason: entered.reason });
      this.turnAway(transport, entered);
      return undefined;
    }
    const session = new Session(
      transport,
      { address, local: this.development.includes(request) },
      handler,
      this.context,
    );
    this.registry.add(session);
    const beat = this.heartbeat.watch(session);
    transport.whenGone((code) => {
      this.heartbeat.forget(beat);
      this.registry.delete(session);
      session.gone(code);
      entered();
    });
    return session;
  }

  private turnAway(transport: Transport, { cause, code, reason }: Refusal): void {
    this.metrics.connectionsRefused.inc(cause);
    if (this.turnedAway >= TURNED_AWAY_AT_ONCE) {
      transport.terminate();
      return;
    }
    this.turnedAway += 1;
    const patience = setTimeout(() => transport.terminate(), TURNED_AWAY_MS).unref();
    transport.whenGone(() => {
      clearTimeout(patience);
      this.turnedAway -= 1;
    });
    transport.close(code, reason);
  }
}
