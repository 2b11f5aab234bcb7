import { ServerError, type RecordId } from 'surrealdb';
import { isConflict } from '../connection/retry-conflict.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import type { SdkSession } from '../connection/sdk-session.js';
import { TokenRefused, type SessionInfo, type SignedIn } from './signed-in.js';

const WHO = 'RETURN { auth: $auth, access: $access, token: $token, session: $session }';

/** Whom a token speaks for, as SurrealDB finds in a session that speaks for nobody. @throws TokenRefused; DatabaseUnavailable */
export async function askWho(session: SdkSession, token: string): Promise<SignedIn> {
  try {
    await session.authenticate(token);
    const [who] = await session.query(WHO);
    return read(who as Who);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    // A clause AUTHENTICATE may write, and meet another transaction: the same token may be right a little later.
    if (isConflict(error)) throw new DatabaseUnavailable(error.message);
    throw new TokenRefused(error.message);
  }
}

/** NONE and NULL are left out, or null, by version. */
interface Who {
  readonly auth?: RecordId | null;
  readonly access?: string | null;
  readonly token?: unknown;
  readonly session: SessionInfo;
}

function read({ auth, access, token, session }: Who): SignedIn {
  return { ...(auth && { auth }), ...(typeof access === 'string' && { access }), token, session };
}
