import { randomBytes } from 'node:crypto';

/**
 * A new name for what is delivered of a channel or topic. Names that were counted would tell whoever opens two how many others
 * opened between them.
 */
export function streamName(of: 'channel' | 'topic'): string {
  return `${of[0]}-${randomBytes(6).toString('base64url')}`;
}
