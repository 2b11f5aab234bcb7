import { CLOSE_CODES } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import { MetricsService } from '../metrics/metrics.service.js';
import { addressBlock } from '../auth/addresses/address-block.js';
import { revokes, type Revocation } from '../auth/tokens/revocation.js';
import type { Session } from './session.js';

/** Every open session, by principal and by address. */
@Injectable()
export class SessionRegistry implements Iterable<Session> {
  private readonly sessions = new Set<Session>();
  private readonly byPrincipal = new Map<string, Set<Session>>();
  private readonly byAddress = new Map<string, number>();

  /** Connections of the other processes, where several do the work of one. */
  elsewhere = 0;

  constructor(metrics: MetricsService) {
    metrics.connections.readFrom(() => this.size);
    metrics.subscriptions.readFrom(() =>
      [...this.sessions].reduce((sum, { subscriptions }) => sum + subscriptions.size, 0),
    );
  }

  get size(): number {
    return this.sessions.size;
  }

  /** Of all addresses that count as the same. */
  sizeOfAddress(address: string): number {
    return this.byAddress.get(addressBlock(address)) ?? 0;
  }

  sizeOfPrincipal(id: string): number {
    return this.byPrincipal.get(id)?.size ?? 0;
  }

  ofPrincipal(id: string): Iterable<Session> {
    return this.byPrincipal.get(id) ?? [];
  }

  add(session: Session): void {
    this.sessions.add(session);
    this.byAddress.set(addressBlock(session.address), this.sizeOfAddress(session.address) + 1);
  }

  /** The connection has a principal now, and keeps it. */
  identified(session: Session, principalId: string): void {
    const sessions = this.byPrincipal.get(principalId) ?? new Set();
    this.byPrincipal.set(principalId, sessions.add(session));
  }

  delete(session: Session): void {
    if (!this.sessions.delete(session)) return;
    this.leaveAddress(session.address);
    if (session.principal) this.leavePrincipal(session, session.principal.id);
  }

  /** Closes every session of a principal with 4403. Answers how many there were. */
  disconnectPrincipal(id: string): number {
    const sessions = [...(this.byPrincipal.get(id) ?? [])];
    for (const session of sessions) session.close(CLOSE_CODES.FORBIDDEN, 'disconnected by the server');
    return sessions.length;
  }

  /** Closes every session whose token is revoked with 4403. Answers how many there were. */
  disconnectRevoked(revocation: Revocation): number {
    const among = 'principal' in revocation ? this.byPrincipal.get(revocation.principal) : this.sessions;
    const sessions = [...(among ?? [])].filter(({ principal }) => principal && revokes(revocation, principal));
    for (const session of sessions) session.close(CLOSE_CODES.FORBIDDEN, 'the token was revoked');
    return sessions.length;
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.sessions.values();
  }

  private leaveAddress(address: string): void {
    const left = this.sizeOfAddress(address) - 1;
    if (left > 0) this.byAddress.set(addressBlock(address), left);
    else this.byAddress.delete(addressBlock(address));
  }

  private leavePrincipal(session: Session, id: string): void {
    const sessions = this.byPrincipal.get(id);
    sessions?.delete(session);
    if (sessions?.size === 0) this.byPrincipal.delete(id);
  }
}
