import type { ServerFrame } from '@edge-hive/protocol';
import type { Content, OtherContent, PresenceMembersContent, SnapshotContent } from './content.js';
import { EncodedFrame, FRAME_BYTES } from './encoded-frame.js';
import type { Rows } from './rows.js';
import type { WireFormat } from './wire-format.js';

/** What is delivered: made once, and written once for each wire format that has a subscriber. */
export class Delivery {
  /** What it was written in last: nearly always what all its subscribers read. */
  private format: WireFormat | undefined;
  private frame: EncodedFrame | undefined;
  private others: Map<WireFormat, EncodedFrame | undefined> | undefined;
  private observer: (() => void) | undefined;

  constructor(readonly content: Content) {}

  static of(frame: OtherContent): Delivery {
    return new Delivery(frame);
  }

  get type(): ServerFrame['type'] {
    return this.content.type;
  }

  /** What it takes in memory while it waits, about: the texts in it, and the bytes that they are written in. */
  get weight(): number {
    return FRAME_BYTES + 2 * charactersOf(this.content);
  }

  /** `observer` is called once, when the first transport has been handed this. To be said before it is sent. */
  onFirstWrite(observer: () => void): this {
    // Let go of behind the first: frames that wait for long would keep all that it knows, which nobody counts.
    let waiting: (() => void) | undefined = observer;
    this.observer = () => {
      waiting?.();
      waiting = undefined;
    };
    return this;
  }

  /** As a format writes it. Absent: it has nothing to say of it. */
  in(format: WireFormat): EncodedFrame | undefined {
    return this.format === format ? this.frame : this.change(format);
  }

  private change(format: WireFormat): EncodedFrame | undefined {
    if (this.format) (this.others ??= new Map()).set(this.format, this.frame);
    this.frame = this.others?.has(format) === true ? this.others.get(format) : this.encode(format);
    this.format = format;
    return this.frame;
  }

  protected encode(format: WireFormat): EncodedFrame | undefined {
    const bytes = format.write(this.content);
    return bytes && new EncodedFrame(this.type, bytes, this.observer ?? nothing);
  }
}

/**
 * Rows of a snapshot, or members of a channel. They are in memory until every subscriber has been sent all of them, which can
 * take long: what they are written in is kept only while it waits for somebody, and counts in his outbox.
 */
export class RowsDelivery extends Delivery {
  private readonly frames = new Map<WireFormat, WeakRef<EncodedFrame>>();
  private readonly rows: Rows;

  constructor(content: SnapshotContent | PresenceMembersContent) {
    super(content);
    this.rows = content.rows;
  }

  override get weight(): number {
    return this.rows.weight + FRAME_BYTES;
  }

  override in(format: WireFormat): EncodedFrame | undefined {
    const known = this.frames.get(format)?.deref();
    if (known) return known;
    const frame = this.encode(format);
    if (frame) this.frames.set(format, new WeakRef(frame));
    return frame;
  }
}

/** Of its one text that can be long. */
function charactersOf(content: Content): number {
  if ('data' in content) return content.data.length;
  return 'changes' in content ? content.changes.length : 0;
}

function nothing(): void {
  // Nobody wants to know.
}
