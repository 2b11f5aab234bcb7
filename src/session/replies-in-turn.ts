/** Replies to a command. */
export type Reply = () => void;

interface Pending {
  readonly bytes: number;
  /** Once there is one. */
  reply: Reply | undefined;
}

/** Replies to commands that are served beside each other, given in the order in which the commands came. */
export class RepliesInTurn {
  private readonly pending: Pending[] = [];
  private held = 0;

  constructor(
    /** So many bytes more, or less, are held. */
    private readonly book: (bytes: number) => void,
    /** There is one more. */
    private readonly onReply: () => void,
  ) {}

  get size(): number {
    return this.pending.length;
  }

  /** What the commands hold until they are replied to. */
  get bytes(): number {
    return this.held;
  }

  /** @param coming never rejects */
  add(coming: Promise<Reply>, bytes: number): void {
    const entry: Pending = { bytes, reply: undefined };
    this.pending.push(entry);
    this.count(bytes);
    void coming.then((reply) => {
      entry.reply = reply;
      this.onReply();
    });
  }

  /** Gives all whose turn it is. */
  give(): void {
    for (let first = this.pending[0]; first?.reply; first = this.pending[0]) {
      this.pending.shift();
      this.count(-first.bytes);
      first.reply();
    }
  }

  private count(bytes: number): void {
    this.held += bytes;
    this.book(bytes);
  }
}
