import { addressBlock } from './address-block.js';

/** Networks that are remembered; of more, the one that was heard of longest ago is forgotten. */
const NETWORKS = 10_000;
/** One more key may be tried after so many milliseconds. */
const TRY_MS = 1_000;
/** For so long others can't slow a network down from which a right key came. */
const TRUST_MS = 600_000;

interface Sender {
  /** Tries that were wrong, or whose outcome isn't known yet, less those that time has made up for. */
  tries: number;
  countedAt: number;
  trustedUntil: number;
}

/**
 * How many wrong keys came from where. So many may be tried at once, and then one a second; times in milliseconds, of a
 * clock that never goes back.
 */
export class WrongKeys {
  private readonly senders = new Map<string, Sender>();

  constructor(
    private readonly atOnce: number,
    private readonly now = () => performance.now(),
  ) {}

  get size(): number {
    return this.senders.size;
  }

  /** Counts a try as wrong until it is found right. `false`: it must not be looked at. */
  begin(address: string): boolean {
    if (!this.mayTry(address)) return false;
    const sender = this.senderAt(address);
    sender.tries = Math.min(this.atOnce, sender.tries + 1);
    return true;
  }

  /** Whether one more may be looked at, where only those are counted that were found wrong. */
  mayTry(address: string): boolean {
    const { tries, trustedUntil } = this.senderAt(address);
    return tries + 1 <= this.atOnce || this.now() < trustedUntil;
  }

  /** The try was no guess, whatever became of it. */
  takeBack(address: string): void {
    const sender = this.senderAt(address);
    sender.tries = Math.max(0, sender.tries - 1);
  }

  right(address: string): void {
    this.takeBack(address);
    this.senderAt(address).trustedUntil = this.now() + TRUST_MS;
  }

  private senderAt(address: string): Sender {
    const network = addressBlock(address);
    const now = this.now();
    const sender = this.senders.get(network) ?? { tries: 0, countedAt: now, trustedUntil: -Infinity };
    sender.tries = Math.max(0, sender.tries - (now - sender.countedAt) / TRY_MS);
    sender.countedAt = now;
    this.senders.delete(network);
    this.senders.set(network, sender);
    for (const oldest of this.senders.keys()) {
      if (this.senders.size <= NETWORKS) break;
      this.senders.delete(oldest);
    }
    return sender;
  }
}
