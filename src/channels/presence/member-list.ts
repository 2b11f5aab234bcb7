import type { Name } from '../../delivery/content.js';
import { RowsDelivery } from '../../delivery/delivery.js';
import { FRAME_BYTES } from '../../delivery/encoded-frame.js';
import { Rows } from '../../delivery/rows.js';
import type { Shared } from '../../delivery/shared.js';
import { memberJson, type Member } from './member.js';

/** Members are gathered into frames of about this many characters. */
const FRAME_CHARACTERS = 64 * 1024;
/** Bytes of a member in such a list, about, beside its texts. */
const ENTRY_BYTES = 128;

/** The members of a channel at one time as frames, each made once, when the first observer is sent it. */
export class MemberList {
  /** About what it takes in memory with all of its frames. */
  readonly bytes: number;
  /** For whom it is held, while it is sent to somebody. */
  held: Shared | undefined;
  private readonly pages: (readonly Member[])[] = [];
  private readonly frames: RowsDelivery[] = [];

  constructor(
    private readonly channel: Name,
    private readonly stream: string,
    members: Iterable<Member>,
  ) {
    let bytes = 0;
    let page: Member[] = [];
    let characters = 0;
    for (const member of members) {
      const size = ENTRY_BYTES + member.id.length + member.key.length + member.state.length;
      if (characters > 0 && characters + size > FRAME_CHARACTERS) {
        this.pages.push(page);
        page = [];
        characters = 0;
      }
      page.push(member);
      characters += size;
      bytes += 2 * size;
    }
    this.pages.push(page);
    this.bytes = bytes + this.pages.length * FRAME_BYTES;
  }

  /** Frames. */
  get length(): number {
    return this.pages.length;
  }

  frame(at: number): RowsDelivery {
    return (this.frames[at] ??= this.make(at));
  }

  private make(at: number): RowsDelivery {
    const { channel, stream, pages } = this;
    const rows = new Rows((pages[at] ?? []).map(memberJson));
    return new RowsDelivery({ type: 'presence', channel, stream, rows, last: at === pages.length - 1 });
  }
}
