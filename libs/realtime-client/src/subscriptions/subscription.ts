import type { EventFrame, MessageFrame, ResyncReason } from '@edge-hive/protocol';
import type { RealtimeError } from '../errors.js';

/** What is subscribed to: a table, or a channel. */
export type Target = { readonly topic: string } | { readonly channel: string };

export function isSameTarget(one: Target, other: Target): boolean {
  return 'topic' in one
    ? 'topic' in other && one.topic === other.topic
    : 'channel' in other && one.channel === other.channel;
}

/**
 * A change of a record. `data` is the whole record (or its selected fields) on CREATE and UPDATE. On DELETE it is what it
 * last was or, where the database doesn't report that (`known: 'id'`), only its id; so it is on an UPDATE that took it out of the
 * filter (`transition: 'leave'`).
 */
export type TopicEvent<Data extends { id: string }> = Omit<EventFrame, 'type' | 'action' | 'data' | 'transition'> &
  (
    | { action: 'CREATE'; data: Data; transition?: never }
    | { action: 'UPDATE'; data: Data; transition?: 'enter' }
    | { action: 'UPDATE'; data: Partial<Data> & { id: string }; transition: 'leave' }
    | { action: 'DELETE'; data: Partial<Data> & { id: string }; transition?: never }
  );

/** What somebody published on a channel. */
export type ChannelMessage<Data> = Omit<MessageFrame, 'type' | 'data'> & { data: Data };

/** Events were missed, or may have been: what the application knows has to be read again. */
export interface ResyncNotice {
  target: Target;
  /**
   * As the server said; or, found out here: `reconnected` (events of the time without a connection are missing),
   * `rights_changed` (other rows or fields are visible now), `resubscribed` (the server had to end the stream for a while).
   */
  reason: ResyncReason | 'reconnected' | 'rights_changed' | 'resubscribed';
}

/** What a subscription is served with. It can be another thing after a reconnect, or when the table is defined anew. */
export interface Service {
  /** What is missed without a connection can be replayed. Otherwise `onResync` says that it is missing. */
  durable: boolean;
  /** False: the database is known not to report every write to the table. Read it again now and then. */
  complete: boolean;
}

/** Options of every subscription. */
export interface SubscriptionOptions {
  /** Called with each answer of the server: at the beginning, after each reconnect, and when its rows are read again. */
  onSubscribed?: (service: Service) => void;
  /** Called when events were missed. A subscription with `snapshot` gets its rows anew right after. */
  onResync?: (notice: ResyncNotice) => void;
  /** Called once, when the subscription has ended with an error. Without it, the client's `error` event says so. */
  onError?: (error: RealtimeError) => void;
  /** How many events may wait for a `for await` loop, before it ends with BUFFER_OVERFLOW. Default 1,024. */
  bufferSize?: number;
}

/** A subscription of the application. It outlives connections: after each reconnect it is asked for again. */
export interface Subscription<Event> extends AsyncIterable<Event> {
  readonly target: Target;
  /** Resolves when the server first serves it: every event from then on comes. Rejects with why it never will. */
  readonly ready: Promise<void>;
  /** It is over: unsubscribed, refused, or the client is closed. */
  readonly ended: boolean;
  /** Ends it. Nothing is delivered after this call. */
  unsubscribe(): void;
  /**
   * The events in order. They are kept from the beginning if there is no callback, otherwise from this call on. Leaving
   * the loop ends a subscription without callback. The loop throws what ended the subscription, and BUFFER_OVERFLOW when it
   * was too slow.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Event>;
}
