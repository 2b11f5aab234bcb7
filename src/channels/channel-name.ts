import { CommandError } from '../errors/command-error.js';

export const MAX_CHANNEL_LENGTH = 256;
export const MAX_EVENT_LENGTH = 128;
export const MAX_KEY_LENGTH = 128;

/** @throws CommandError BAD_FRAME */
export function checkChannelName(channel: string): void {
  if (channel === '' || channel.length > MAX_CHANNEL_LENGTH || /\p{Cc}/u.test(channel)) {
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
