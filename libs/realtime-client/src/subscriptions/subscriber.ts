import type {
  EventFrame,
  MessageFrame,
  PresenceFrame,
  Row,
  SubscribedFrame,
  SubscribeFrame,
} from '@edge-hive/protocol';
import type { RealtimeError } from '../errors.js';
import type { ResyncNotice, Target } from './subscription.js';
import type { Trail } from './trail.js';

/** A subscription as the streams see it. */
export interface Subscriber {
  readonly target: Target;
  readonly wantsSnapshot: boolean;
  /** The command that asks the server for it, as things stand. */
  command(): SubscribeFrame;
  /** It would rather have a replay of what followed than begin anew. */
  wantsResumption(trail: Trail): boolean;
  subscribed(frame: SubscribedFrame): void;
  receive(frame: EventFrame | MessageFrame): void;
  presence(frame: PresenceFrame): void;
  snapshot(rows: Row[]): void;
  resync(reason: ResyncNotice['reason']): void;
  /** It has no stream any more and is asked for again: unless it is resumed, what comes in between is missing. */
  interrupted(reason: ResyncNotice['reason']): void;
  /** Over. With an error if it wasn't the application that ended it. */
  end(error?: RealtimeError): void;
}
