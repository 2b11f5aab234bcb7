import { EncodedFrame, FRAME_BYTES } from '../../delivery/encoded-frame.js';
import type { Shared } from '../../delivery/shared.js';
import { memberJson, type Member } from './member.js';

/** Members are gathered into frames of about this many characters. */
const FRAME_CHARACTERS = 64 * 1024;
/** Bytes of a member in such a list, about, beside its texts. */
const ENTRY_BYTES = 128;

/** The members of a channel at one time as frames, each encoded once, when the first observer is sent it. */
export class MemberList {
  /** About what it takes in memory with all of its frames. */
  readonly bytes: number;
  /** For whom it is held, while it is sent to somebody. */
  held: Shared | undefined;
  private readonly pages: (readonly Member[])[] = [];
  private readonly frames: EncodedFrame[] = [];

  constructor(
    /** JSON text of the frames up to their members. */
    private readonly head: string,
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

  frame(at: number): EncodedFrame {
    return (this.frames[at] ??= this.encode(at));
  }

  private encode(at: number): EncodedFrame {
    const members = (this.pages[at] ?? []).map(memberJson).join(',');
    const last = at === this.pages.length - 1;
    return EncodedFrame.ofJson('presence', `${this.head}"members":[${members}],"last":${last}}`);
  }
}
