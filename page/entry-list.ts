/** How many entries stay on the page. */
const SHOWN = 200;

/** A list, newest first, that keeps up with any rate: drawn once a frame, and never longer than can be looked at. */
export class EntryList {
  private waiting: HTMLElement[] = [];

  constructor(private readonly list: HTMLElement) {}

  add(entry: HTMLElement): void {
    if (this.waiting.length === 0) requestAnimationFrame(() => this.draw());
    this.waiting.push(entry);
    // A page in the background isn't drawn.
    if (this.waiting.length > SHOWN * 2) this.waiting = this.waiting.slice(-SHOWN);
  }

  /** Of what is listed: an empty list says whether it waits. */
  showState(state: 'ready' | 'ended'): void {
    this.list.dataset.state = state;
  }

  clear(): void {
    this.waiting = [];
    this.list.replaceChildren();
    delete this.list.dataset.state;
  }

  private draw(): void {
    this.list.prepend(...this.waiting.splice(0).slice(-SHOWN).reverse());
    while (this.list.childElementCount > SHOWN) this.list.lastElementChild?.remove();
  }
}
