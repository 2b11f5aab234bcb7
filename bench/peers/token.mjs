import { createHmac, randomBytes } from 'node:crypto';

const LIFETIME_SECONDS = 3_600;

/** What the service under test checks tokens with. */
export const secret = randomBytes(32).toString('base64url');

/** A token (HS256) of so many principals each. */
export function tokens(count) {
  return Array.from({ length: count }, (_, index) => token(`user-${index}`));
}

function token(sub) {
  const iat = Math.floor(Date.now() / 1_000);
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { sub, iat, exp: iat + LIFETIME_SECONDS },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
