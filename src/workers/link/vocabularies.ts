import type { ResyncReason } from '@edge-hive/protocol';
import type { Attendance } from '../../channels/presence/presence-broker.js';
import type { Member, MemberName } from '../../channels/presence/member.js';
import type { Carriage, Message, Position, Publication, Since } from '../../channels/broker.js';
import type { TableDefinition } from '../../surreal/tables/table-definition.js';
import type { Link } from './link.js';
import type { Question } from './vocabulary.js';
import type { WrittenMark, WrittenPlace } from './written-changes.js';

/** What of a message isn't its data, which goes as it is. */
export type Envelope<Of> = Omit<Of, 'data'>;

/** What a worker has to know of the database beside what happens in it. */
export interface DatabaseView {
  readonly status: 'starting' | 'up' | 'down';
  readonly reason?: string;
  /** Whether its changefeed has images on DELETE and computed fields. */
  readonly full: boolean;
  readonly id: string;
}

/** What a worker has to know before it starts. */
export interface Introduction {
  /** Where the database is, and whose it is, the configuration tells. */
  readonly databaseUrl: string;
  /** What tokens of this run are signed with, in base64url, where no key is configured. */
  readonly runSecret: string;
  readonly port: number;
}

/** Why all of the workers have to be told to read again, or to let go, is told in the order of the changes. */
export interface SupervisorNotices {
  ping: null;
  view: DatabaseView;
  tables: readonly TableDefinition[];
  /** Tables that are followed, and whether durably. */
  followed: readonly (readonly [string, boolean])[];
  /** Up to where the feed is settled, and the cursor of what live queries told last. */
  settled: readonly [string, string];
  began: { readonly mark: WrittenMark; readonly log: string };
  changes: readonly WrittenPlace[];
  marked: WrittenMark;
  late: WrittenPlace;
  broken: readonly [string, ResyncReason];
  unreadable: { readonly mark: WrittenMark; readonly log: string };
  replaced: null;
  removed: string;
  message: Envelope<Message>;
  /** Its changes are the body. */
  presence: string;
  /** Connections of all other workers. */
  elsewhere: number;
  /** How many workers serve clients, of how many. */
  serving: readonly [number, number];
}

export interface SupervisorQuestions {
  /** Its metrics, as JSON. */
  metrics: Question<null, readonly object[]>;
}

export interface WorkerNotices {
  /** Which process it is. */
  hello: number;
  pong: null;
  unfollow: string;
  close: string;
  leave: readonly [string, MemberName];
  /** The connection of a member is gone. */
  lost: readonly [string, MemberName];
  unwatch: string;
  /** It serves clients, with what there is to say of that. */
  serving: { readonly log: readonly string[]; readonly warnings: readonly string[]; readonly lines: readonly string[] };
  connections: number;
}

export interface WorkerQuestions {
  /** Why it can't start: it ends behind the answer. */
  failed: Question<string, null>;
  introduce: Question<null, Introduction>;
  /** From the answer on it is told what happens in the database. */
  join: Question<null, null>;
  find: Question<string, TableDefinition | null>;
  prepare: Question<{ readonly name: string; readonly define: boolean }, TableDefinition | null>;
  follow: Question<string, null>;
  readUpTo: Question<string, null>;
  caughtUp: Question<null, null>;
  readAgain: Question<null, null>;
  reached: Question<readonly string[], null>;
  open: Question<{ readonly channel: string; readonly owner: string }, Position>;
  publish: Question<{ readonly publication: Envelope<Publication>; readonly carriage: Carriage }, string>;
  after: Question<
    { readonly channel: string; readonly since: Since; readonly limit: number },
    readonly Message[] | null
  >;
  newest: Question<
    { readonly channel: string; readonly limit: number },
    { messages: readonly Message[]; epoch: string }
  >;
  enter: Question<{ readonly channel: string; readonly member: Member; readonly update: boolean }, boolean>;
  dismiss: Question<readonly [string, MemberName], null>;
  watch: Question<string, readonly Member[]>;
  attendance: Question<{ readonly channel: string; readonly limit: number }, Attendance>;
  keepRevocation: Question<readonly [string, number | null], null>;
  revocations: Question<null, readonly (readonly [string, number | null])[]>;
  /** Metrics of all processes. */
  metrics: Question<null, readonly (readonly object[])[]>;
}

export interface SupervisorSays {
  readonly notices: SupervisorNotices;
  readonly questions: SupervisorQuestions;
}

export interface WorkerSays {
  readonly notices: WorkerNotices;
  readonly questions: WorkerQuestions;
}

/** As the supervisor has it, one for each worker. */
export type WorkerLink = Link<SupervisorSays, WorkerSays>;

/** As a worker has it. */
export type SupervisorLink = Link<WorkerSays, SupervisorSays>;
