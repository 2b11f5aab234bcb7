import type { Claim, Claims } from '../delivery/claims.js';
import { CommandError } from '../errors/command-error.js';
import type { Connection } from './connection.js';

/** The fields by which an `unsubscribe` says what it ends. */
interface Selection {
  readonly stream?: unknown;
  readonly topic?: unknown;
  readonly channel?: unknown;
}

const FIELDS = ['stream', 'topic', 'channel'] as const;

/** The claims that are meant; none where it isn't said by text. */
export function claimsNamed(claims: Claims, { stream, topic, channel }: Selection): readonly Claim[] {
  if (typeof stream === 'string') return claims.find({ stream });
  if (typeof topic === 'string') return claims.find({ topic });
  if (typeof channel === 'string') return claims.find({ channel });
  return [];
}

/**
 * Ends subscriptions and answers with one `unsubscribed` for each.
 * @throws CommandError NOT_SUBSCRIBED
 */
export function unsubscribe(connection: Connection, { id, ...selection }: Selection & { readonly id?: string }): void {
  const claims = claimsNamed(connection.claims, selection);
  if (claims.length === 0) {
    const field = FIELDS.find((name) => selection[name] !== undefined) ?? 'stream';
    throw new CommandError('NOT_SUBSCRIBED', `${field}: there is no such subscription on this connection.`);
  }
  for (const claim of claims) {
    connection.claims.release(claim);
    connection.reply({ type: 'unsubscribed', ...(id !== undefined && { id }), stream: claim.stream, ...claim.target });
  }
}
