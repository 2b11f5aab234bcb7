import { createSecretKey } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';

/** The secret that gateways of tests are started with. */
export const JWT_SECRET = 'a secret for tests that is long enough';

const jwt = new JwtService({ secret: createSecretKey(Buffer.from(JWT_SECRET)) });

/** A token of a principal, with more claims if given. Lasts an hour unless `exp` says otherwise. */
export function tokenOf(sub: string, claims: Readonly<Record<string, unknown>> = {}): string {
  return jwt.sign({ sub, exp: Math.floor(Date.now() / 1000) + 3_600, ...claims });
}
