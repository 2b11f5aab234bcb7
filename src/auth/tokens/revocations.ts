import { Injectable } from '@nestjs/common';
import { MetricsService } from '../../metrics/metrics.service.js';
import type { Principal } from './principal.js';
import { KeysUnavailableError, RevokedTokenError } from './authentication-error.js';
import { issuedBefore, type Revocation, type RevokedPrincipal } from './revocation.js';

/** How often it is looked for those whose tokens have expired, in ms. */
const PRUNE_MS = 60_000;

/** Which tokens were revoked, as far as this instance knows. */
@Injectable()
export class Revocations {
  /** Whether all that instances share is known here: before, no token can be let in. */
  complete = true;
  private readonly byJti = new Map<string, Revocation>();
  private readonly byPrincipal = new Map<string, RevokedPrincipal>();
  private prunedAt = 0;

  constructor(metrics: MetricsService) {
    metrics.revocations.readFrom(() => this.size);
  }

  get size(): number {
    return this.byJti.size + this.byPrincipal.size;
  }

  /** Whether fewer than so many are kept, once those are forgotten whose tokens have expired. */
  hasRoom(limit: number): boolean {
    if (this.size >= limit) this.prune(true);
    return this.size < limit;
  }

  /** Of one principal, the latest time counts, for as long as any is to be known. */
  add(revocation: Revocation): void {
    this.prune();
    if ('jti' in revocation) {
      const known = this.byJti.get(revocation.jti);
      if (!known || endOf(known) < endOf(revocation)) this.byJti.set(revocation.jti, revocation);
      return;
    }
    const known = this.byPrincipal.get(revocation.principal);
    this.byPrincipal.set(revocation.principal, known ? latest(known, revocation) : revocation);
  }

  /**
   * @throws RevokedTokenError
   * @throws KeysUnavailableError while it can't be known
   */
  check({ id, claims }: Principal): void {
    if (!this.complete) throw new KeysUnavailableError('it can not be known which tokens are revoked');
    if (typeof claims.jti === 'string' && this.byJti.has(claims.jti)) throw new RevokedTokenError();
    const revoked = this.byPrincipal.get(id);
    if (revoked && issuedBefore(claims.iat, revoked.before)) throw new RevokedTokenError();
  }

  /** All that are known and whose tokens haven't expired. */
  *[Symbol.iterator](): IterableIterator<Revocation> {
    this.prune(true);
    yield* this.byJti.values();
    yield* this.byPrincipal.values();
  }

  private prune(always = false): void {
    const time = Date.now();
    if (!always && time - this.prunedAt < PRUNE_MS) return;
    this.prunedAt = time;
    for (const entries of [this.byJti, this.byPrincipal]) {
      for (const [key, revocation] of entries) if (endOf(revocation) * 1_000 < time) entries.delete(key);
    }
  }
}

/** Both as one: the later time, kept for as long as the longer of them. */
function latest(a: RevokedPrincipal, b: RevokedPrincipal): RevokedPrincipal {
  const until = Math.max(endOf(a), endOf(b));
  const before = Math.max(a.before, b.before);
  return { principal: b.principal, before, ...(Number.isFinite(until) && { until }) };
}

function endOf({ until = Infinity }: Revocation): number {
  return until;
}
