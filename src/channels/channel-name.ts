import { CommandError } from '../errors/command-error.js';
import { canonicalIdText } from '../values/record-id-notations.js';

export const MAX_CHANNEL_LENGTH = 256;
export const MAX_EVENT_LENGTH = 128;
export const MAX_KEY_LENGTH = 128;

/** What a name has whose id is in SurrealDB's notation, not the SDK's. */
const OTHER_NOTATION = /`|:u'/;
/** Names with more than so many parts before the id are taken as they are. */
const MOST_PREFIXES = 4;

/**
 * The name by which a channel is known. One that ends in a record id, such as `user:<id>`, is the same channel in both notations
 * of the id: the SDK's counts.
 */
export function canonicalChannelName(name: string): string {
  if (!OTHER_NOTATION.test(name)) return name;
  let start = 0;
  for (let i = 0; i <= MOST_PREFIXES; i++) {
    const text = name.slice(start);
    const id = canonicalIdText(text);
    if (id !== text) return `${name.slice(0, start)}${id}`;
    start = name.indexOf(':', start) + 1;
    if (start === 0) break;
  }
  return name;
}

export function isChannelName(channel: string): boolean {
  return channel !== '' && channel.length <= MAX_CHANNEL_LENGTH && !/[\p{Cc}\p{Cs}]/u.test(channel);
}

/** @throws CommandError BAD_FRAME */
export function checkChannelName(channel: string): void {
  if (!isChannelName(channel)) {
    throw new CommandError(
      'BAD_FRAME',
      `channel has to be a text of 1 to ${MAX_CHANNEL_LENGTH} characters without control characters.`,
    );
  }
}

/** @throws CommandError BAD_FRAME */
export function checkEventName(event: string): void {
  if (event === '' || event.length > MAX_EVENT_LENGTH) {
    throw new CommandError('BAD_FRAME', `event has to be a text of 1 to ${MAX_EVENT_LENGTH} characters.`);
  }
}

/** @throws CommandError BAD_FRAME */
export function checkIdempotencyKey(key: string): void {
  if (key === '' || key.length > MAX_KEY_LENGTH) {
    throw new CommandError('BAD_FRAME', `key has to be a text of 1 to ${MAX_KEY_LENGTH} characters.`);
  }
}
