import { CLOSE_CODES } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import { MetricsService } from '../metrics/metrics.service.js';
import { addressBlock } from '../auth/address-block.js';
import type { Connection } from './connection.js';

/** Every open connection, by principal and by address. */
@Injectable()
export class ConnectionRegistry implements Iterable<Connection> {
  private readonly connections = new Set<Connection>();
  private readonly byPrincipal = new Map<string, Set<Connection>>();
  private readonly byAddress = new Map<string, number>();

  constructor(metrics: MetricsService) {
    metrics.connections.readFrom(() => this.size);
    metrics.subscriptions.readFrom(() =>
      [...this.connections].reduce((sum, { subscriptions }) => sum + subscriptions.size, 0),
    );
  }

  get size(): number {
    return this.connections.size;
  }

  /** Of all addresses that count as the same. */
  sizeOfAddress(address: string): number {
    return this.byAddress.get(addressBlock(address)) ?? 0;
  }

  sizeOfPrincipal(id: string): number {
    return this.byPrincipal.get(id)?.size ?? 0;
  }

  add(connection: Connection): void {
    this.connections.add(connection);
    this.byAddress.set(addressBlock(connection.address), this.sizeOfAddress(connection.address) + 1);
  }

  /** The connection has a principal now, and keeps it. */
  identified(connection: Connection, principalId: string): void {
    const connections = this.byPrincipal.get(principalId) ?? new Set();
    this.byPrincipal.set(principalId, connections.add(connection));
  }

  delete(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    this.leaveAddress(connection.address);
    if (connection.principal) this.leavePrincipal(connection, connection.principal.id);
  }

  /** Closes every connection of a principal with 4403. Answers how many there were. */
  disconnectPrincipal(id: string): number {
    const connections = [...(this.byPrincipal.get(id) ?? [])];
    for (const connection of connections) connection.close(CLOSE_CODES.FORBIDDEN, 'disconnected by the server');
    return connections.length;
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.connections.values();
  }

  private leaveAddress(address: string): void {
    const left = this.sizeOfAddress(address) - 1;
    if (left > 0) this.byAddress.set(addressBlock(address), left);
    else this.byAddress.delete(addressBlock(address));
  }

  private leavePrincipal(connection: Connection, id: string): void {
    const connections = this.byPrincipal.get(id);
    connections?.delete(connection);
    if (connections?.size === 0) this.byPrincipal.delete(id);
  }
}
