import type { RedisLink } from '../../redis/redis-link.js';
import type { Message } from '../broker.js';
import { parseCarried, type Carried } from './carried.js';
import type { ChannelKeys } from './channel-keys.js';
import { parseHead, type Head } from './head.js';
import type { Marks } from './marks.js';
import { streamId, type Place } from './place.js';
import { READ } from './scripts.js';
import type { Stretch } from './tail.js';
import { unavailable } from '../../redis/in-flight.js';

/** Messages, and about as many bytes, that are read at once. */
const PAGE = 64;
const PAGE_BYTES = 128 * 1024;

interface Wanted {
  readonly command: 'XRANGE' | 'XREVRANGE';
  readonly limit: number;
  readonly after: string;
  readonly to: string;
  /** Whether a channel that Redis doesn't know begins. */
  readonly begin: boolean;
  /** A message that was carried here: a channel that was set back behind it begins anew. */
  readonly known: Place | undefined;
  readonly bytes: number;
}

/** Reads what Redis keeps of channels. */
export class ChannelReader {
  constructor(
    private readonly link: RedisLink,
    private readonly keys: ChannelKeys,
    private readonly marks: Marks,
    /** Bytes that are kept of one channel. */
    private readonly mostBytes: number,
  ) {}

  /**
   * Where a channel is, and what came after a place. It begins if nothing is known of it, and anew if Redis was set back behind the place.
   * @throws CommandError UNAVAILABLE
   */
  async after(channel: string, place: Place | undefined): Promise<Stretch> {
    const { head, messages } = await this.read(channel, {
      command: 'XRANGE',
      limit: place ? PAGE : 0,
      after: place ? streamId(place) : '',
      to: '+',
      begin: true,
      known: place,
      bytes: PAGE_BYTES,
    });
    if (!head) throw unavailable();
    return { head: head.place, messages };
  }

  /** Has a channel begin anew that Redis was set back behind a message of. @throws CommandError UNAVAILABLE */
  async check(channel: string, known: Place): Promise<void> {
    await this.read(channel, {
      command: 'XRANGE',
      limit: 0,
      after: streamId(known),
      to: '+',
      begin: false,
      known,
      bytes: 0,
    });
  }

  /** The oldest messages after a place, up to another; `undefined` when one of them is lacking. @throws CommandError UNAVAILABLE */
  async between(channel: string, after: Place, to: Place, limit: number): Promise<readonly Carried[] | undefined> {
    const { messages } = await this.read(channel, {
      command: 'XRANGE',
      limit,
      after: streamId(after),
      to: streamId(to),
      begin: false,
      known: undefined,
      bytes: PAGE_BYTES,
    });
    const [first] = messages;
    const follows = first?.place.epoch === after.epoch && first.previous === after.mark;
    return follows && first.place.number === after.number + 1 ? messages : undefined;
  }

  /** The newest messages, oldest first. @throws CommandError UNAVAILABLE */
  async newest(channel: string, limit: number): Promise<{ messages: readonly Message[]; epoch: string }> {
    const { head, messages } = await this.read(channel, {
      command: 'XREVRANGE',
      limit,
      after: '',
      to: '+',
      begin: true,
      known: undefined,
      bytes: this.mostBytes,
    });
    return { messages: messages.map(({ message }) => message).reverse(), epoch: head?.place.epoch ?? '' };
  }

  private async read(
    channel: string,
    { command, limit, after, to, begin, known, bytes }: Wanted,
  ): Promise<{ head: Head | undefined; messages: readonly Carried[] }> {
    const { keys, marks } = this;
    const beginning = [marks.epoch(), marks.start(), marks.next()];
    const message = known ? [known.epoch, known.number, known.mark] : ['', '', ''];
    const args = [command, limit, after, to, ...beginning, bytes, begin ? 'begin' : '', ...message];
    const reply = await this.link.run(READ, [keys.head(channel), keys.messages(channel)], args);
    const [head, texts] = Array.isArray(reply) ? (reply as unknown[]) : [];
    const messages = Array.isArray(texts) ? texts.flatMap((text) => parseCarried(channel, String(text)) ?? []) : [];
    return { head: parseHead(head), messages };
  }
}
