import { Chain, type Link } from './chain.js';

/** Shares within this part of an octave count as equally large. */
const LEVELS_AN_OCTAVE = 8;

export interface ShareLimits {
  /** Bytes of all shares together. */
  readonly total: number;
  /** Bytes of one. */
  readonly each: number;
}

/** An item's place in the share of its owner. */
export interface Place<T> {
  readonly item: T;
  readonly bytes: number;
  readonly share: Share<T>;
  link: Link<Place<T>> | undefined;
  /** Whether it was used since it came to its place: then it is passed over once. To be set by whoever uses the item. */
  used: boolean;
}

interface Share<T> {
  readonly owner: string;
  readonly places: Chain<Place<T>>;
  bytes: number;
  level: number;
}

/**
 * What many owners put into one store that is bounded in bytes. Who puts in too much loses its own oldest items, and where
 * all together are too much, the largest share does: nobody can push out what another one keeps.
 */
export class Shares<T> {
  private readonly byOwner = new Map<string, Share<T>>();
  /** Shares by how large they are. */
  private readonly levels = new Map<number, Set<Share<T>>>();
  private total = 0;

  constructor(
    private readonly limits: ShareLimits,
    /** Takes an item out of wherever else it is, and out of its place here. */
    private readonly drop: (item: T) => void,
  ) {}

  /** Never more than the limit, between two calls of `bound`. */
  get bytes(): number {
    return this.total;
  }

  add(owner: string, item: T, bytes: number): Place<T> {
    const share = this.byOwner.get(owner) ?? this.open(owner);
    const place: Place<T> = { item, bytes, share, link: undefined, used: false };
    place.link = share.places.push(place);
    this.weigh(share, bytes);
    return place;
  }

  /** Once for each place. */
  remove({ share, link, bytes }: Place<T>): void {
    if (link) share.places.remove(link);
    this.weigh(share, -bytes);
    if (share.bytes > 0) return;
    this.byOwner.delete(share.owner);
    this.leave(share);
  }

  /** Drops what this share has too much, then what all have too much. */
  bound({ share }: Place<T>): void {
    while (share.bytes > this.limits.each) this.dropOldest(share);
    while (this.total > this.limits.total) this.dropOldest(this.largest());
  }

  private dropOldest(share: Share<T>): void {
    const place = share.places.oldest;
    if (!place?.link) throw new Error('A share that takes bytes holds nothing.');
    if (!place.used) return this.drop(place.item);
    place.used = false;
    share.places.remove(place.link);
    place.link = share.places.push(place);
  }

  private open(owner: string): Share<T> {
    const share: Share<T> = { owner, places: new Chain(), bytes: 0, level: levelOf(0) };
    this.byOwner.set(owner, share);
    this.join(share);
    return share;
  }

  private weigh(share: Share<T>, bytes: number): void {
    share.bytes += bytes;
    this.total += bytes;
    const level = levelOf(share.bytes);
    if (level === share.level) return;
    this.leave(share);
    share.level = level;
    this.join(share);
  }

  private join(share: Share<T>): void {
    const peers = this.levels.get(share.level);
    if (peers) peers.add(share);
    else this.levels.set(share.level, new Set([share]));
  }

  private leave(share: Share<T>): void {
    const peers = this.levels.get(share.level);
    peers?.delete(share);
    if (peers?.size === 0) this.levels.delete(share.level);
  }

  private largest(): Share<T> {
    const [share] = this.levels.get(Math.max(...this.levels.keys())) ?? [];
    if (!share) throw new Error('There is no share, and all take bytes.');
    return share;
  }
}

function levelOf(bytes: number): number {
  return bytes < 1 ? -1 : Math.floor(Math.log2(bytes) * LEVELS_AN_OCTAVE);
}
