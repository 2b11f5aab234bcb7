import type { Server } from 'node:http';
import type { DropArgument, Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { AddressLimits } from '../session/address-limits.js';
import type { VisitorRefusal } from '../session/visitors.js';

/** Sockets beyond the connections, for HTTP and for those that are told why they get no connection. */
const OTHER_SOCKETS = 2_000;

/** What every TCP connection of a server passes first of all. */
@Injectable()
export class SocketGuard {
  private readonly limit: number;
  private open = 0;

  constructor(
    { limitSockets, limitConnections }: Config,
    private readonly addresses: AddressLimits,
    private readonly metrics: MetricsService,
    private readonly audit: AuditLog,
  ) {
    this.limit = limitSockets > 0 ? limitSockets : limitConnections + OTHER_SOCKETS;
    metrics.sockets.readFrom(() => this.open);
  }

  guard(server: Server): void {
    server.maxConnections = this.limit;
    server.on('drop', (dropped?: DropArgument) => this.refused('total', dropped?.remoteAddress));
    server.prependListener('connection', (socket: Socket) => this.admit(socket));
  }

  private admit(socket: Socket): void {
    // One whose request is read once more comes again.
    if (socket.listeners('error').includes(destroy)) return;
    // Node takes its own listener off when it hands a socket out for an upgrade, and a socket that fails with nobody
    // listening ends the process.
    socket.on('error', destroy);
    this.open += 1;
    socket.on('close', this.closed);
    if (this.addresses.forwarded) return;
    const entered = this.addresses.enter(socket.remoteAddress ?? '');
    if (typeof entered === 'function') {
      socket.on('close', entered);
      return;
    }
    this.refused(entered, socket.remoteAddress);
    socket.resetAndDestroy();
  }

  private refused(reason: 'total' | VisitorRefusal, address = ''): void {
    this.metrics.socketsRefused.inc(reason);
    this.audit.record({ event: 'socket_refused', address, reason });
  }

  private readonly closed = (): void => {
    this.open -= 1;
  };
}

function destroy(this: Socket): void {
  this.destroy();
}
