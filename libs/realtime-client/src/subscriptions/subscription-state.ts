import type { ErrorCode, SubscribedFrame } from '@edge-hive/protocol';
import type { RealtimeError } from '../errors.js';
import type { Stream } from './stream.js';
import type { ResyncNotice } from './subscription.js';
import type { Trail } from './trail.js';

/**
 * What a subscription has come to, from the application's call to its end. The table in docs/client.md shows how one state
 * leads to another.
 */
export type SubscriptionState =
  /** It has no stream. Its command is sent when its turn has come on an open connection, or after a time. */
  | { readonly kind: 'waiting'; readonly until: 'turn' | 'time' }
  /** The command was sent, without a cursor. */
  | { readonly kind: 'asked' }
  /**
   * Events come on a stream. `reading`: another snapshot is asked for (`asked`), was refused for now (`time`), or is on its way
   * (`due`); until it is whole the application knows less than the cursor says.
   */
  | { readonly kind: 'live'; readonly stream: Stream; readonly reading: 'no' | 'asked' | 'time' | 'due' }
  /** Its stream is gone, and is resumed where the trail is. All subscriptions with one trail had one stream: one asks for all. */
  | { readonly kind: 'broken'; readonly trail: Trail; readonly until: 'turn' | 'time' | 'answer' }
  | { readonly kind: 'ended' };

export const INITIAL: SubscriptionState = { kind: 'waiting', until: 'turn' };

export type SubscriptionEvent =
  /** The connection is open, and nobody has to be resumed first. */
  | { readonly type: 'turn' }
  /** The wait after a refusal, or after the end of a stream, is over. */
  | { readonly type: 'due' }
  /** Its command was answered, or that of another subscription with its trail. `snapshot`: one follows. */
  | {
      readonly type: 'subscribed';
      readonly stream: Stream;
      readonly frame: SubscribedFrame;
      readonly snapshot: boolean;
    }
  | { readonly type: 'refused'; readonly error: RealtimeError }
  /** What it had can't be resumed. */
  | { readonly type: 'anew' }
  /** The one that asked for all of a trail has left. */
  | { readonly type: 'succeed'; readonly until: 'turn' | 'time' | 'answer' }
  /** Its rows are to be read again. */
  | { readonly type: 'reread' }
  /** The last snapshot that was due is whole. */
  | { readonly type: 'read' }
  /** The server ended its stream. `resumes`: it would rather be resumed than begin anew. */
  | { readonly type: 'unsubscribed'; readonly code: ErrorCode; readonly message: string; readonly resumes: boolean }
  | { readonly type: 'lost'; readonly resumes: boolean }
  /** The application unsubscribed. */
  | { readonly type: 'left' }
  /** The client is closed; without an error, by the application. */
  | { readonly type: 'closed'; readonly error: RealtimeError | undefined };

/** What is to be done, in order. */
export type SubscriptionEffect =
  | { readonly type: 'ask'; readonly trail?: Trail }
  /** `due` is to come later: the more so the more often that was necessary after the same. */
  | { readonly type: 'wait'; readonly after: 'refusal' | 'end' }
  | { readonly type: 'join'; readonly stream: Stream }
  | { readonly type: 'leave'; readonly stream: Stream }
  /** Another subscription with the trail becomes the one that asks. */
  | { readonly type: 'handOver'; readonly trail: Trail; readonly until: 'turn' | 'time' | 'answer' }
  | { readonly type: 'subscribed'; readonly frame: SubscribedFrame }
  | { readonly type: 'interrupted'; readonly reason: ResyncNotice['reason'] }
  | { readonly type: 'end'; readonly error: RealtimeError | undefined };
