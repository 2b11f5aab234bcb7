/** The time of Redis, as far as it is known: deadlines that Redis itself keeps are in its time. */
export class RedisClock {
  private offset: number | undefined;

  /** Redis said that it is so late, in ms. */
  set(redisMs: number): void {
    this.offset = redisMs - performance.now();
  }

  /** In ms; 0 while it isn't known. */
  in(ms: number): number {
    return this.offset === undefined ? 0 : Math.round(this.offset + performance.now() + ms);
  }
}
