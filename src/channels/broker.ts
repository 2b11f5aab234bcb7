import type { CommandError } from '../errors/command-error.js';
import type { PresenceBroker } from './presence/presence-broker.js';

/** About what the objects of one message take beside its text. */
const MESSAGE_OVERHEAD_BYTES = 512;

/** A message on its way to a channel. */
export interface Publication {
  readonly channel: string;
  readonly event: string;
  /** JSON text: encoded where it comes in, and never again. */
  readonly data: string;
  /** Id of the principal who published. Absent: the holder of the API key. */
  readonly from?: string | undefined;
  /** ISO 8601. */
  readonly time: string;
  /** Id of a connection that does not want it, on whichever instance that is. */
  readonly exclude?: string | undefined;
}

/** A place in a channel. */
export interface Position {
  /** Opaque, at most 64 characters, unique over all instances. */
  readonly cursor: string;
  /** Names the run of cursors that `cursor` belongs to. */
  readonly epoch: string;
}

/** A place that a client remembers. Without an epoch its cursor has to tell which run it is of. */
export type Since = Pick<Position, 'cursor'> & Partial<Position>;

/** A publication with its place in the channel. */
export interface Message extends Publication {
  readonly cursor: string;
}

/** What a message takes in memory: text takes one or two bytes a character, never more than this. */
export function messageBytes({ channel, event, data, from = '' }: Publication): number {
  return MESSAGE_OVERHEAD_BYTES + (channel.length + event.length + data.length + from.length) * 2;
}

/** How much of a channel is kept: whichever bound is reached first. */
export interface Retention {
  /** Messages. */
  readonly size: number;
  /** Milliseconds. */
  readonly age: number;
}

/** How a publication is to be carried. */
export interface Carriage {
  /**
   * A repeat by the same principal on the same channel within five minutes answers the first one's cursor and is not carried
   * again, also while the first is still on its way.
   */
  readonly key?: string | undefined;
  /** Absent: it is not kept, and nothing before it can be told again. */
  readonly history?: Retention | undefined;
}

/** Who has opened a channel. A call can come before `open` has answered. */
export interface Receiver {
  /** The next message, in the channel's order. */
  message(message: Message): void;
  /** Messages were missed that are no longer kept, or that can't be told: from here the channel goes on. */
  interrupted(position: Position): void;
  /** The broker has closed the channel: nothing comes any more. It needn't be closed once more. */
  closed(reason: CommandError): void;
}

/**
 * Carries messages to every instance that has subscribers, decides their order, and keeps the newest of them. What is
 * published comes back to the publishing instance the same way as to all others. A broker that reaches other instances
 * takes this one's place.
 */
export abstract class Broker {
  /** Who is present on channels: it has its place among the messages. */
  abstract readonly presence: PresenceBroker;

  /**
   * Hands each message of a channel after the position that is returned to `receiver`, in the channel's order. Where that can't
   * be kept up, the receiver is called `interrupted`: nothing is missed in silence.
   * A channel is opened once before it is closed; one that failed to open is closed too. What has to be kept for it counts for
   * `owner`, who opens it.
   * @throws CommandError UNAVAILABLE
   */
  abstract open(channel: string, receiver: Receiver, owner: string): Promise<Position>;

  abstract close(channel: string): void;

  /**
   * Answers the cursor of the message: at once, where nothing has to be waited for.
   * @throws CommandError UNAVAILABLE
   */
  abstract publish(publication: Publication, carriage: Carriage): string | Promise<string>;

  /**
   * The oldest messages of an open channel after a place, in order, so many at most, and none that its receiver was not called
   * with before. Empty: there are no others. `undefined`: of those after it, some are no longer kept, or can't be told from
   * the epoch.
   * @throws CommandError INVALID_CURSOR, UNAVAILABLE
   */
  abstract after(channel: string, since: Since, limit: number): Promise<readonly Message[] | undefined>;

  /**
   * The newest messages that are kept of any channel, oldest first, so many at most (1 or more), and the epoch of their
   * cursors.
   * @throws CommandError UNAVAILABLE
   */
  abstract newest(channel: string, limit: number): Promise<{ messages: readonly Message[]; epoch: string }>;
}
