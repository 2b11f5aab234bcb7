import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { AddressLimits } from '../session/address-limits.js';

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
  ) {
    this.limit = limitSockets > 0 ? limitSockets : limitConnections + OTHER_SOCKETS;
    metrics.sockets.readFrom(() => this.open);
  }

  guard(server: Server): void {
    server.maxConnections = this.limit;
    server.on('drop', () => this.metrics.socketsRefused.inc('total'));
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
    this.metrics.socketsRefused.inc(entered);
    socket.resetAndDestroy();
  }

  private readonly closed = (): void => {
    this.open -= 1;
  };
}

function destroy(this: Socket): void {
  this.destroy();
}
