import { ShareLevels, Weight } from './share-levels.js';

export interface ShareLimits {
  /** Bytes of all shares together. */
  readonly total: number;
  /** Bytes of one. */
  readonly each: number;
}

/** What may be in a share. It is a link of its chain itself: there are many, and each object costs. */
export abstract class ShareItem {
  abstract readonly bytes: number;
  /** Where it is, while it is in any. */
  share: Share | undefined;
  previous: ShareItem | undefined;
  next: ShareItem | undefined;
  /** Whether it was used since it came to its place: then it is passed over once. To be set by whoever uses it. */
  used = false;
}

/** What one owner has put in, the oldest first. */
class Share extends Weight {
  first: ShareItem | undefined;
  last: ShareItem | undefined;

  constructor(readonly owner: string) {
    super();
  }

  push(item: ShareItem): void {
    item.previous = this.last;
    item.next = undefined;
    if (this.last) this.last.next = item;
    else this.first = item;
    this.last = item;
  }

  take(item: ShareItem): void {
    if (item.previous) item.previous.next = item.next;
    else this.first = item.next;
    if (item.next) item.next.previous = item.previous;
    else this.last = item.previous;
    // An item that has grown old would keep its young neighbours from being collected.
    item.previous = undefined;
    item.next = undefined;
  }
}

/**
 * What many owners put into one store that is bounded in bytes. Who puts in too much loses its own oldest items, and where
 * all together are too much, the largest share does: nobody can push out what another one keeps.
 */
export class Shares<T extends ShareItem> {
  private readonly byOwner = new Map<string, Share>();
  private readonly levels = new ShareLevels<Share>();

  constructor(
    private readonly limits: ShareLimits,
    /** Takes an item out of wherever else it is, and out of its share. */
    private readonly drop: (item: T) => void,
  ) {}

  /** Never more than the limit. */
  get bytes(): number {
    return this.levels.bytes;
  }

  /** Drops what the owner then has too much, or all have, that very item in the end. */
  add(owner: string, item: T): void {
    const share = this.byOwner.get(owner) ?? this.open(owner);
    item.share = share;
    share.push(item);
    this.levels.weigh(share, item.bytes);
    while (share.bytes > this.limits.each) this.dropOldest(share);
    while (this.bytes > this.limits.total) this.dropOldest(this.levels.largest());
  }

  /** Nothing, if it isn't there. */
  remove(item: T): void {
    const { share } = item;
    if (!share) return;
    item.share = undefined;
    share.take(item);
    this.levels.weigh(share, -item.bytes);
    if (!share.first) this.byOwner.delete(share.owner);
  }

  private dropOldest(share: Share): void {
    // Only items of this kind are put in.
    const item = share.first as T | undefined;
    if (!item) throw new Error('A share that takes bytes holds nothing.');
    if (!item.used) return this.drop(item);
    item.used = false;
    share.take(item);
    share.push(item);
  }

  private open(owner: string): Share {
    const share = new Share(owner);
    this.byOwner.set(owner, share);
    return share;
  }
}
