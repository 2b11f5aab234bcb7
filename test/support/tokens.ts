import { createHmac, createSecretKey } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';

/** The secret that gateways of tests are started with. */
export const JWT_SECRET = 'a secret for tests that is long enough';

const key = createSecretKey(Buffer.from(JWT_SECRET));
const jwt = new JwtService({ secret: key });

/** A token of a principal, with more claims if given. Lasts an hour unless `exp` says otherwise. */
export function tokenOf(sub: string, claims: Readonly<Record<string, unknown>> = {}): string {
  return jwt.sign({ sub, exp: Math.floor(Date.now() / 1000) + 3_600, ...claims });
}

/** A token whose payload is this text: JSON can say what `JSON.stringify` never does. */
export function tokenOfText(payload: string): string {
  const signed = [JSON.stringify({ alg: 'HS256', typ: 'JWT' }), payload].map((text) =>
    Buffer.from(text).toString('base64url'),
  );
  return [...signed, createHmac('sha256', key).update(signed.join('.')).digest('base64url')].join('.');
}

/** Where a record user's token is good, and the key of its access. */
export interface RecordAccess {
  readonly namespace: string;
  readonly database: string;
  readonly access: string;
  readonly key: string;
}

/** A token as SurrealDB signs it for a record user. */
export function recordTokenOf(record: string, { namespace, database, access, key }: RecordAccess, exp: number): string {
  const claims = { NS: namespace, DB: database, AC: access, ID: record, exp };
  return jwt.sign(claims, { secret: key, algorithm: 'HS512' });
}
