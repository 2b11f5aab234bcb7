import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

const DEFAULT_LIMIT = 100;
/** No policy has more messages kept. */
const MAX_LIMIT = 10_000;

/** Reads how many messages of a history, or members of a channel, are asked for: `?limit=50`. */
@Injectable()
export class LimitPipe implements PipeTransform<unknown, number> {
  /** @throws BadRequestException naming the parameter */
  transform(limit: unknown): number {
    if (limit === undefined) return DEFAULT_LIMIT;
    const count = typeof limit === 'string' && /^\d{1,5}$/.test(limit) ? Number(limit) : 0;
    if (count >= 1 && count <= MAX_LIMIT) return count;
    throw new BadRequestException(`limit has to be a whole number from 1 to ${MAX_LIMIT}.`);
  }
}
