import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { addressBlock, isLoopbackBlock } from '../auth/addresses/address-block.js';
import { Visitors, type VisitorRefusal } from './visitors.js';

/**
 * How many sockets one client address may have, and how fast it may open them. Counted where a client's address is known: when
 * a TCP connection is accepted, or, behind a proxy of one's own, when a WebSocket is asked for.
 */
@Injectable()
export class AddressLimits {
  /** Whether a socket's own address is a proxy's, which many clients share. */
  readonly forwarded: boolean;
  private readonly visitors: Visitors;
  private readonly loopback: boolean;

  constructor(config: Config) {
    this.forwarded = config.trustProxy;
    this.loopback = config.limitLoopback;
    this.visitors = new Visitors({
      open: config.limitSocketsPerAddress,
      perSecond: config.limitArrivalsPerSecond,
      burst: config.limitArrivalsBurst,
    });
  }

  /** Counts one more. Answers what counts it no more, or why there may be none. */
  enter(address: string): (() => void) | VisitorRefusal {
    const block = addressBlock(address);
    if (!this.loopback && isLoopbackBlock(block)) return uncounted;
    const refusal = this.visitors.enter(block, performance.now());
    return refusal ?? (() => this.visitors.leave(block, performance.now()));
  }
}

function uncounted(): void {
  // The machine's own are as many as they like.
}
