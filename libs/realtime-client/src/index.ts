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
export type { BackoffOptions } from './connection/backoff.js';
export type { Channel, ChannelCallback, Published, PublishOptions } from './channels/channel.js';
export { RealtimeClient } from './client.js';
export type { ClientEvents, RealtimeClientOptions } from './client-options.js';
export type { CloseReason } from './connection/close-reaction.js';
export type { Collection, CollectionEvents, CollectionListener, CollectionStatus } from './tables/collection.js';
export type { CollectionOptions } from './tables/collection-options.js';
export type { ConnectionState } from './connection/connection-state.js';
export { type ClientErrorCode, RealtimeError } from './errors.js';
export type { Presence } from './presence/presence.js';
export type { PresenceCount, PresenceEvents, PresenceMember } from './presence/presence-events.js';
export type { RowChange } from './tables/row-set.js';
export type { UrlLike, WebSocketConstructor, WebSocketLike } from './connection/socket.js';
export type {
  ChannelMessage,
  ResyncNotice,
  Service,
  Subscription,
  SubscriptionOptions,
  TopicEvent,
} from './subscriptions/subscription.js';
export type { GetToken } from './connection/token-source.js';
export type { TopicArguments, TopicCallback, TopicOptions } from './tables/topic.js';
