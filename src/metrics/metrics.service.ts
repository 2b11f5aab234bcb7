import type { ClientFrame, ErrorCode, ResyncReason, ServerFrame } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from './metrics-registry.js';
import { TopicLatency } from './topic-latency.js';

const COMMANDS: ReadonlySet<string> = new Set<ClientFrame['type']>([
  'subscribe',
  'unsubscribe',
  'publish',
  'presence',
  'auth',
  'ping',
]);

/** What the service tells about itself. Labels are bounded: no client can grow them. */
@Injectable()
export class MetricsService extends MetricsRegistry {
  readonly connections = this.level('connections', 'Connections that are open.');
  readonly sockets = this.level('sockets', 'TCP connections that are open, HTTP and WebSocket.');
  /** By `total`, `address` or `rate`. */
  readonly socketsRefused = this.byLabel<'total' | 'address' | 'rate'>(
    'sockets_refused_total',
    'TCP connections cut when they came.',
    'reason',
  );
  readonly connectionsRefused = this.byLabel<'draining' | 'origin' | 'total' | 'address' | 'rate'>(
    'connections_refused_total',
    'WebSockets closed as soon as they were open.',
    'reason',
  );
  readonly subscriptions = this.level('subscriptions', 'Subscriptions of all connections.');
  readonly streams = this.level('streams', 'Distinct streams that are delivered, of topics and channels.');
  readonly channels = this.level('channels', 'Channels that somebody is subscribed to.');

  /** A `type` that is no command counts as `other`. */
  readonly framesReceived = this.byLabel<string>('frames_received_total', 'Frames received.', 'type', COMMANDS);
  readonly framesSent = this.byLabel<ServerFrame['type']>('frames_sent_total', 'Frames handed to sockets.', 'type');
  readonly deliveries = this.counter(
    'deliveries_total',
    'Events and messages put into outboxes, once for each receiver.',
  );
  readonly publishes = this.counter('publishes_total', 'Publishes accepted, on any channel.');
  readonly commandsRejected = this.byLabel<ErrorCode>(
    'commands_rejected_total',
    'Commands answered by an error.',
    'code',
  );
  readonly auditEvents = this.byLabel<string>(
    'audit_events_total',
    'Events for the audit log, written or not.',
    'event',
  );
  readonly keyFailures = this.byLabel<'wrong' | 'unchecked'>(
    'key_failures_total',
    'Requests with a wrong key or token, by whether it was looked at.',
    'result',
  );
  readonly tokenChecks = this.byLabel<'verified' | 'remembered' | 'refused'>(
    'token_checks_total',
    'Tokens that were checked, by how that went.',
    'result',
  );
  readonly revocations = this.level('revocations', 'Revocations of tokens that are kept.', 'max');
  readonly tokensWaiting = this.level('tokens_waiting', 'Tokens that wait for the keys that they are checked with.');
  readonly signInsWaiting = this.level('sign_ins_waiting', 'Tokens that wait for the database to verify them.');
  readonly signInSessions = this.level('sign_in_sessions', 'Sessions open for the database to verify tokens.');
  readonly tokenBytes = this.level('token_bytes', 'Bytes kept of verified tokens.');
  readonly rightsComputed = this.counter('rights_computed_total', 'Times that the rights to a topic were worked out.');
  readonly rightsPrincipals = this.level(
    'rights_principals',
    "Principals whose rights come from the database's permissions.",
  );
  readonly rightsAsked = this.counter(
    'rights_asked_total',
    'Times that the database was asked what its permissions give a principal.',
  );
  readonly principalsAsked = this.counter(
    'principals_asked_total',
    'Times that the database was asked whether the record of a principal exists.',
  );
  readonly recordRights = this.level(
    'record_rights',
    'Decisions kept on which principals may select which records, for channels.',
  );
  readonly recordRightsAsked = this.counter(
    'record_rights_asked_total',
    'Times that it was decided whether a principal may select a record.',
  );
  readonly rightsAnswers = this.byLabel<string>(
    'rights_answers_total',
    'Answers that the database gave about one row each, for one question of a permission with one set of values.',
    'topic',
  );
  readonly rightsAskSeconds = this.byLabel<string>(
    'rights_ask_seconds_total',
    'Seconds that the database took to answer about rows.',
    'topic',
  );
  readonly rightsWaiting = this.level(
    'rights_waiting',
    'Changes that wait until the database has said who may see them.',
  );
  readonly rightsWaitingBytes = this.level('rights_waiting_bytes', 'Bytes of the changes that wait so.');
  readonly rightsGivenUp = this.counter(
    'rights_given_up_total',
    'Times that changes waited for too long, or too many, so that streams were told to read again.',
  );
  readonly authFailures = this.counter('auth_failures_total', 'Tokens of connections that were refused.');
  readonly idempotencyKeyBytes = this.level('idempotency_key_bytes', 'Bytes kept to know repeated publishes by.');
  readonly channelHistoryBytes = this.level('channel_history_bytes', 'Bytes of recent messages kept, of all channels.');
  readonly presenceMembers = this.level('presence_members', 'Presences on all channels, as this instance knows them.');
  readonly presenceGraceBytes = this.level(
    'presence_grace_bytes',
    'Bytes kept of presences whose connection was lost.',
  );
  /** By what became of the member. */
  readonly presenceChanges = this.byLabel<'join' | 'update' | 'leave'>(
    'presence_changes_total',
    'Changes of members of channels delivered to who watches them, once for each channel.',
    'action',
  );
  readonly presenceFrames = this.counter(
    'presence_frames_total',
    'Presence frames put into outboxes, once for each receiver.',
  );
  readonly presenceRefused = this.byLabel<ErrorCode>(
    'presence_refused_total',
    'Presences that were refused, though the policy allows them.',
    'code',
  );
  readonly outboxBytes = this.level('outbox_bytes', 'Bytes that wait in all outboxes.');
  readonly heldBytes = this.level('held_bytes', 'Bytes that clients make the service hold, outboxes and all else.');
  readonly slowConsumers = this.counter('slow_consumers_total', 'Connections closed since their outbox overflowed.');

  /** In seconds, from the commit to the first socket. */
  readonly eventLatency = new TopicLatency(
    this.registry,
    'edge_hive_event_latency_seconds',
    'From the commit of a change to its first socket.',
  );
  readonly changes = this.byLabel<string>('changes_total', 'Changes read from the database.', 'topic');
  readonly feedReads = this.counter('feed_reads_total', 'Reads of the changefeed.');
  readonly feedLag = this.level('feed_lag_seconds', 'How far the changefeed reader is behind the database.');
  readonly feedLoop = this.level('feed_loop', '1 while the changefeed is read in a loop, else 0.');
  readonly doorbells = this.level('doorbells', 'Tables whose doorbell is armed.');
  readonly doorbellRings = this.counter('doorbell_rings_total', 'Rings of doorbells.');
  readonly lateChanges = this.counter('late_changes_total', 'Changes that became visible after newer ones were read.');
  readonly strayedChanges = this.counter('strayed_changes_total', 'Changes that came as ones of another table.');
  readonly resyncs = this.byLabel<ResyncReason>('resyncs_total', 'Streams that were told to read again.', 'reason');
  /** How subscriptions with a cursor were answered: `exact`, `overlapping` (from a sweep window before it) or `refused`. */
  readonly resumes = this.byLabel<'exact' | 'overlapping' | 'refused'>(
    'resumes_total',
    'Subscriptions to topics that came with a cursor, by how much of what they missed was told.',
    'outcome',
  );
  readonly logBackfills = this.counter('log_backfills_total', 'Stretches of the changefeed read for who came back.');
  readonly changeLogBytes = this.level('change_log_bytes', 'Bytes of recent changes kept in memory.');
  readonly filterBytes = this.level('filter_bytes', 'Bytes that the filters of all subscriptions take.');
  readonly filterScans = this.level(
    'filter_scans',
    'Comparisons that the filters of all subscriptions cost whatever the change is.',
  );
  readonly rowIndexBytes = this.level('row_index_bytes', 'Bytes kept to know deleted records by.');
  readonly unkeptFields = this.counter(
    'unkept_fields_total',
    'Times that fields were not kept to know deleted records by, since a limit was reached.',
  );

  readonly databaseUp = this.level('database_up', '1 while the database answers.');
  readonly databaseReconnects = this.counter('database_reconnects_total', 'Connections to the database made again.');

  readonly redisUp = this.level('redis_up', '1 while Redis answers; 0 without it, too.', 'max');
  readonly redisReconnects = this.counter('redis_reconnects_total', 'Times that the connection to Redis was lost.');
  readonly redisFailures = this.counter('redis_failures_total', 'Commands to Redis that failed, or took too long.');
  readonly redisRefused = this.counter(
    'redis_refused_total',
    'Commands that were not sent, since as many wait for Redis as may.',
  );
  readonly redisCommandsWaiting = this.level('redis_commands_waiting', 'Commands that wait for an answer of Redis.');
  readonly redisBytesWaiting = this.level('redis_bytes_waiting', 'Bytes of these commands.');
  readonly workersServing = this.level('workers_serving', 'Workers that serve clients; 0 where one process does all.');
  /** By why: it `died`, was `silent`, or took what it was told too slowly (`slow`). */
  readonly workerRestarts = this.byLabel<'died' | 'silent' | 'slow'>(
    'worker_restarts_total',
    'Workers that were started again.',
    'reason',
  );
  readonly workerBytesWaiting = this.level('worker_bytes_waiting', 'Bytes that workers have still to take.');
  readonly supervisorCommandsWaiting = this.level(
    'supervisor_commands_waiting',
    'Commands of channels that wait for an answer of the supervisor.',
  );
  readonly supervisorBytesWaiting = this.level('supervisor_bytes_waiting', 'Bytes of these commands.');
  /** By how they ended: `filled` from the history, or told by `resync`. */
  readonly channelGaps = this.byLabel<'filled' | 'resync'>(
    'channel_gaps_total',
    'Times that an instance had missed messages of a channel, by what became of it.',
    'outcome',
  );
}
