import type { IncomingMessage } from 'node:http';
import { CLOSE_CODES, type CloseCode } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { DevelopmentAccess } from '../auth/policy/development-access.js';
import { originAllowed, parseOrigins } from '../auth/origins.js';
import { Config } from '../config/config.js';
import { HeldBytes } from '../delivery/held-bytes.js';
import { DrainState } from '../health/drain-state.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { AddressLimits } from './address-limits.js';
import { Connection, type ConnectionContext } from './connection.js';
import { ConnectionRegistry } from './connection-registry.js';
import { Dispatcher } from './dispatcher.js';
import { clientAddress } from './handshake.js';
import { Heartbeat } from './heartbeat.js';
import { Outboxes } from '../outbox/outboxes.js';
import type { RealtimeSocket } from './realtime-socket.js';

/** How long a socket that is turned away may take to read why, in ms, and how many may do so at a time. */
const TURNED_AWAY_MS = 1_000;
const TURNED_AWAY_AT_ONCE = 1_000;

interface Refusal {
  /** As the metric counts it. */
  readonly cause: 'draining' | 'origin' | 'total' | 'address' | 'rate';
  readonly code: CloseCode;
  readonly reason: string;
}

const FULL = {
  cause: 'address',
  code: CLOSE_CODES.OVERLOADED,
  reason: 'too many connections from this address',
} as const;
const HASTY = {
  cause: 'rate',
  code: CLOSE_CODES.OVERLOADED,
  reason: 'too many new connections from this address',
} as const;

/** Makes connections of sockets, or turns sockets away. */
@Injectable()
export class ConnectionFactory {
  private readonly context: ConnectionContext;
  private readonly allowedOrigins: readonly string[];
  private turnedAway = 0;

  constructor(
    private readonly config: Config,
    private readonly registry: ConnectionRegistry,
    private readonly heartbeat: Heartbeat,
    private readonly drain: DrainState,
    held: HeldBytes,
    outboxes: Outboxes,
    dispatcher: Dispatcher,
    private readonly development: DevelopmentAccess,
    private readonly addresses: AddressLimits,
    private readonly metrics: MetricsService,
    private readonly audit: AuditLog,
  ) {
    this.context = { config, held, outboxes, dispatcher, metrics, audit };
    this.allowedOrigins = parseOrigins(config.allowedOrigins);
  }

  /** `undefined`: the socket is being closed. */
  open(socket: RealtimeSocket, request: IncomingMessage): Connection | undefined {
    const address = clientAddress(request, this.config.trustProxy);
    const entered = this.refusalOf(request.headers.origin, address) ?? this.enter(address);
    if (typeof entered !== 'function') {
      this.audit.record({ event: 'connection_refused', address, code: entered.code, reason: entered.reason });
      this.turnAway(socket, entered);
      return undefined;
    }
    const connection = new Connection(socket, address, this.development.includes(request), this.context);
    this.registry.add(connection);
    const beat = this.heartbeat.watch(connection);
    connection.whenGone(() => {
      this.heartbeat.forget(beat);
      this.registry.delete(connection);
      connection.gone();
      entered();
    });
    return connection;
  }

  /** Counts a connection of an address that only the proxy's header tells: the socket's own was counted when it came. */
  private enter(address: string): (() => void) | Refusal {
    const entered = this.addresses.forwarded ? this.addresses.enter(address) : counted;
    if (typeof entered === 'function') return entered;
    return entered === 'address' ? FULL : HASTY;
  }

  private refusalOf(origin: string | undefined, address: string): Refusal | undefined {
    const { limitConnections, limitConnectionsPerAddress } = this.config;
    if (this.drain.draining)
      return { cause: 'draining', code: CLOSE_CODES.RESTARTING, reason: 'the server is shutting down' };
    if (!originAllowed(origin, this.allowedOrigins)) {
      return { cause: 'origin', code: CLOSE_CODES.FORBIDDEN, reason: 'this origin is not allowed' };
    }
    if (this.registry.size >= limitConnections) {
      return { cause: 'total', code: CLOSE_CODES.OVERLOADED, reason: 'too many connections' };
    }
    if (limitConnectionsPerAddress > 0 && this.registry.sizeOfAddress(address) >= limitConnectionsPerAddress) {
      return FULL;
    }
    return undefined;
  }

  private turnAway(socket: RealtimeSocket, { cause, code, reason }: Refusal): void {
    this.metrics.connectionsRefused.inc(cause);
    if (this.turnedAway >= TURNED_AWAY_AT_ONCE) {
      socket.terminate();
      return;
    }
    this.turnedAway += 1;
    const patience = setTimeout(() => socket.terminate(), TURNED_AWAY_MS).unref();
    socket.once('close', () => {
      clearTimeout(patience);
      this.turnedAway -= 1;
    });
    socket.close(code, reason);
  }
}

function counted(): void {
  // And its end is, with its socket.
}
