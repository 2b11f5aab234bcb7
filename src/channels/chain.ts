/** An item's place in a chain. */
export interface Link<T> {
  readonly item: T;
  previous: Link<T> | undefined;
  next: Link<T> | undefined;
}

/** A queue out of whose middle items can be taken too, at the same cost. */
export class Chain<T> {
  private first: Link<T> | undefined;
  private last: Link<T> | undefined;

  /** What has been in it for the longest time. */
  get oldest(): T | undefined {
    return this.first?.item;
  }

  push(item: T): Link<T> {
    const link: Link<T> = { item, previous: this.last, next: undefined };
    if (this.last) this.last.next = link;
    else this.first = link;
    this.last = link;
    return link;
  }

  /** Takes out a link of this chain. Once. */
  remove(link: Link<T>): void {
    const { previous, next } = link;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    // A link that has grown old would keep its young neighbours from being collected.
    link.previous = undefined;
    link.next = undefined;
  }
}
