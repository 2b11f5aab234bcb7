import { createHash, timingSafeEqual } from 'node:crypto';

/** A key that requests are let in by. Empty: none is right. */
export class ServerKey {
  private readonly hash: Buffer | undefined;

  constructor(key: string) {
    this.hash = key === '' ? undefined : sha256(key);
  }

  /** Hashes are compared, so that neither the length nor the beginning of the key shows in the time it takes. */
  is(candidate: string): boolean {
    return this.hash !== undefined && timingSafeEqual(sha256(candidate), this.hash);
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
