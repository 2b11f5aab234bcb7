import { TokenBucket } from './token-bucket.js';

/** Addresses without a socket whose rate is still known; beyond it, the one that has been away longest is forgotten. */
const AWAY = 50_000;

export interface VisitorLimits {
  /** Sockets of one address at a time; 0: no limit. */
  readonly open: number;
  /** New ones a second, and at once; 0 a second: no limit. */
  readonly perSecond: number;
  readonly burst: number;
}

/** Why an address gets no more sockets now. */
export type VisitorRefusal = 'address' | 'rate';

interface Visitor {
  open: number;
  readonly arrivals: TokenBucket;
  leftAt: number;
}

/** How many sockets each address has, and how fast it opens them. Memory is bounded by the sockets, and by `AWAY`. */
export class Visitors {
  private readonly present = new Map<string, Visitor>();
  /** In the order in which they left. */
  private readonly away = new Map<string, Visitor>();

  constructor(private readonly limits: VisitorLimits) {}

  get size(): number {
    return this.present.size + this.away.size;
  }

  /** Counts a socket of this address, until `leave`; or says why there may be none now, and then there is no leaving. */
  enter(address: string, now: number): VisitorRefusal | undefined {
    const { open, perSecond } = this.limits;
    const visitor = this.present.get(address) ?? this.comeBack(address, now);
    if (open > 0 && visitor.open >= open) return 'address';
    if (perSecond > 0 && !visitor.arrivals.take(now)) return 'rate';
    if (visitor.open === 0) {
      this.away.delete(address);
      this.present.set(address, visitor);
    }
    visitor.open += 1;
    return undefined;
  }

  leave(address: string, now: number): void {
    const visitor = this.present.get(address);
    if (!visitor) return;
    visitor.open -= 1;
    if (visitor.open > 0) return;
    this.present.delete(address);
    visitor.leftAt = now;
    this.away.set(address, visitor);
    this.forget(now);
  }

  private comeBack(address: string, now: number): Visitor {
    const { burst, perSecond } = this.limits;
    return this.away.get(address) ?? { open: 0, arrivals: new TokenBucket(burst, perSecond, now), leftAt: now };
  }

  /** Whoever has been away for as long as its bucket takes to fill is as good as new. */
  private forget(now: number): void {
    const { burst, perSecond } = this.limits;
    const fullAfter = perSecond > 0 ? (burst / perSecond) * 1_000 : 0;
    for (const [address, { leftAt }] of this.away) {
      if (now - leftAt < fullAfter && this.away.size <= AWAY) return;
      this.away.delete(address);
    }
  }
}
