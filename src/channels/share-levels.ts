/** Shares within this part of an octave count as equally large. */
const LEVELS_AN_OCTAVE = 8;

/** How much one owner has put into a store. */
export abstract class Weight {
  bytes = 0;
  /** Its place among the levels, and the bytes from and below which it stays there. */
  level = -1;
  from = 0;
  below = 0;
}

/** What all owners have put into one store, by how large the share of each is. */
export class ShareLevels<S extends Weight> {
  private readonly byLevel = new Map<number, Set<S>>();
  private total = 0;

  get bytes(): number {
    return this.total;
  }

  /** So many bytes more, or less, are in a share. One that has none isn't among the others. */
  weigh(share: S, bytes: number): void {
    share.bytes += bytes;
    this.total += bytes;
    if (share.bytes < share.from || share.bytes >= share.below) this.move(share);
  }

  /** One of the largest. There has to be one. */
  largest(): S {
    const [share] = this.byLevel.get(Math.max(...this.byLevel.keys())) ?? [];
    if (!share) throw new Error('There is no share, and all take bytes.');
    return share;
  }

  private move(share: S): void {
    const peers = this.byLevel.get(share.level);
    peers?.delete(share);
    if (peers?.size === 0) this.byLevel.delete(share.level);
    share.level = share.bytes < 1 ? -1 : Math.floor(Math.log2(share.bytes) * LEVELS_AN_OCTAVE);
    share.from = share.level < 0 ? 0 : 2 ** (share.level / LEVELS_AN_OCTAVE);
    share.below = share.level < 0 ? 0 : 2 ** ((share.level + 1) / LEVELS_AN_OCTAVE);
    if (share.level < 0) return;
    const others = this.byLevel.get(share.level);
    if (others) others.add(share);
    else this.byLevel.set(share.level, new Set([share]));
  }
}
