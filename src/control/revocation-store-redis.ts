import { parseRevocation, revocationText, type Revocation } from '../auth/tokens/revocation.js';
import type { RedisLink } from '../redis/redis-link.js';
import { RedisScript } from '../redis/redis-script.js';
import { RevocationStore, tooManyRevocations } from './revocation-store.js';

/** Adds one to those that are kept. KEYS: the set. ARGV: 1 the text, 2 until when, or +inf, 3 how many may be kept. */
const KEEP = new RedisScript(`
if redis.replicate_commands then redis.replicate_commands() end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. redis.call('TIME')[1])
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 'full' end
if not known or ARGV[2] == '+inf' or tonumber(known) < tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
end
return 'kept'
`);

/** Tells all, each with its time. KEYS: the set. */
const ALL = new RedisScript(`
local entries = redis.call('ZRANGEBYSCORE', KEYS[1], redis.call('TIME')[1], '+inf', 'WITHSCORES')
return entries
`);

/** Revocations that all instances share, as a sorted set by the time until which they are kept. */
export class RedisRevocationStore extends RevocationStore {
  private readonly key: string;

  constructor(
    private readonly link: RedisLink,
    prefix: string,
    private readonly limit: number,
  ) {
    super();
    this.key = `${prefix}revoked`;
  }

  async keep(revocation: Revocation): Promise<void> {
    const args = [revocationText(revocation), revocation.until ?? '+inf', this.limit];
    if ((await this.link.run(KEEP, [this.key], args)) === 'full') throw tooManyRevocations(this.limit);
  }

  async all(): Promise<readonly Revocation[]> {
    const reply = await this.link.run(ALL, [this.key], []);
    const texts = Array.isArray(reply) ? reply.map(String) : [];
    return texts.flatMap((text, n) => {
      const revocation = n % 2 === 0 ? parseRevocation(text, untilOf(texts[n + 1])) : undefined;
      return revocation ?? [];
    });
  }
}

function untilOf(score: string | undefined): number {
  return score === undefined || score === 'inf' ? Infinity : Number(score);
}
