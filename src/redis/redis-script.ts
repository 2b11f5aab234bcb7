import { createHash } from 'node:crypto';

/** A script that Redis runs as one step. */
export class RedisScript {
  /** Its name in Redis. */
  readonly sha: string;

  constructor(readonly source: string) {
    this.sha = createHash('sha1').update(source).digest('hex');
  }
}
