import type { RecordId } from 'surrealdb';

/** What SurrealDB says of whoever showed it a token. Values are as the SDK decodes them. */
export interface SignedIn {
  /** The record of a record user; absent for a system user. */
  readonly auth?: RecordId;
  /** Name of the access method; absent for a user of `DEFINE USER`. */
  readonly access?: string;
  readonly token: unknown;
  readonly session: SessionInfo;
}

/** `$session`, as far as it is looked at. */
export interface SessionInfo {
  readonly ns?: unknown;
  readonly db?: unknown;
  /** Unix time in seconds at which SurrealDB would end such a session. */
  readonly exp?: unknown;
}

/** SurrealDB doesn't let the token in. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}
