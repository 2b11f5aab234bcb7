import { CLOSE_CODES, type CloseCode } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import { originAllowed, parseOrigins } from '../auth/origins.js';
import { Config } from '../config/config.js';
import { DrainState } from '../health/drain-state.js';
import { AddressLimits } from './address-limits.js';
import { SessionRegistry } from './session-registry.js';

/** Why a client gets no session. */
export interface Refusal {
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

/** Who may have a session: how many there may be, from where, and when. */
@Injectable()
export class Admission {
  private readonly allowedOrigins: readonly string[];

  constructor(
    private readonly config: Config,
    private readonly registry: SessionRegistry,
    private readonly drain: DrainState,
    private readonly addresses: AddressLimits,
  ) {
    this.allowedOrigins = parseOrigins(config.allowedOrigins);
  }

  /** Counts one more of an address. Answers what counts it no more, or why there may be none. */
  enter(origin: string | undefined, address: string): (() => void) | Refusal {
    return this.refusalOf(origin, address) ?? this.count(address);
  }

  /** Counts a session of an address that only the proxy's header tells: the socket's own was counted when it came. */
  private count(address: string): (() => void) | Refusal {
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
    if (this.registry.size + this.registry.elsewhere >= limitConnections) {
      return { cause: 'total', code: CLOSE_CODES.OVERLOADED, reason: 'too many connections' };
    }
    if (limitConnectionsPerAddress > 0 && this.registry.sizeOfAddress(address) >= limitConnectionsPerAddress) {
      return FULL;
    }
    return undefined;
  }
}

function counted(): void {
  // And its end is, with its socket.
}
