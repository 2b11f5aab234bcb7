export type {
  Action,
  ErrorCode,
  Filter,
  FilterOperators,
  FilterValue,
  PresenceState,
  PrincipalInfo,
  ResyncReason,
  Row,
  SnapshotOrder,
  SnapshotRequest,
} from '@edge-hive/protocol';
export type { BackoffOptions } from './backoff.js';
export type { Channel, ChannelCallback, Published, PublishOptions } from './channel.js';
export { RealtimeClient } from './client.js';
export type { ClientEvents, RealtimeClientOptions } from './client-options.js';
export type { CloseReason } from './close-reaction.js';
export type { Collection, CollectionEvents, CollectionListener, CollectionStatus } from './collection.js';
export type { CollectionOptions } from './collection-options.js';
export type { ConnectionState } from './connection-state.js';
export { type ClientErrorCode, RealtimeError } from './errors.js';
export type { Presence } from './presence.js';
export type { PresenceCount, PresenceEvents, PresenceMember } from './presence-events.js';
export type { RowChange } from './row-set.js';
export type { UrlLike, WebSocketConstructor, WebSocketLike } from './socket.js';
export type {
  ChannelMessage,
  ResyncNotice,
  Service,
  Subscription,
  SubscriptionOptions,
  TopicEvent,
} from './subscription.js';
export type { GetToken } from './token-source.js';
export type { TopicArguments, TopicCallback, TopicOptions } from './topic.js';
