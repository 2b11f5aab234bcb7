import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { principalIdOf } from '../auth/tokens/principal.js';
import type { Revocation } from '../auth/tokens/revocation.js';

const MAX_TEXT_LENGTH = 256;

/** Reads which tokens are to be revoked: `{jti, expires?}` or `{principal, issuedBefore?, expires?}`. */
@Injectable()
export class RevocationPipe implements PipeTransform<unknown, Revocation> {
  /** @throws BadRequestException naming the field */
  transform(body: unknown): Revocation {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new BadRequestException(
        'The body has to be a JSON object, {jti, expires?} or {principal, issuedBefore?, expires?}, sent as application/json.',
      );
    }
    const { jti, principal, issuedBefore, expires } = body as Record<string, unknown>;
    if ((jti === undefined) === (principal === undefined)) {
      throw new BadRequestException('Give either jti, the id of one token, or principal, whose tokens are meant.');
    }
    const kept = expires === undefined ? {} : { until: readTime('expires', expires) };
    if (jti !== undefined) {
      if (issuedBefore !== undefined) throw new BadRequestException('issuedBefore belongs to principal, not to jti.');
      return { jti: readText('jti', jti), ...kept };
    }
    const before = issuedBefore === undefined ? Date.now() / 1_000 : readTime('issuedBefore', issuedBefore);
    return { principal: principalIdOf(readText('principal', principal)), before, ...kept };
  }
}

function readText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_LENGTH) return value;
  throw new BadRequestException(`${name} has to be a text of 1 to ${MAX_TEXT_LENGTH} characters.`);
}

/** Unix time in seconds, as a number or as ISO 8601. */
function readTime(name: string, value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) / 1_000 : value;
  // Up to the year 5138: milliseconds that were taken for seconds are beyond it.
  if (typeof time === 'number' && time >= 0 && time < 1e11) return time;
  throw new BadRequestException(`${name} has to be a Unix time in seconds, or a date such as 2026-11-29T08:00:00Z.`);
}
