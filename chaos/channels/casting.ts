/** What the gateways are given beside the tables: channels with a history, and some without. */
export const CHANNEL_POLICY = {
  'room:*': {
    subscribe: 'authenticated',
    publish: 'authenticated',
    presence: 'authenticated',
    history: { size: 10_000, age: '1h' },
  },
  'plain:*': { subscribe: 'authenticated', publish: 'authenticated' },
};

export const ROOMS = ['room:0', 'room:1'] as const;
export const CHANNELS = [...ROOMS, 'plain:0'] as const;

/** Of each channel. */
export const PUBLISHERS = 2;
/** When each of a channel's subscribers comes: at the beginning, or in that part of the run. */
export const SUBSCRIBERS = [0, 0, 0, 0.3, 0.6] as const;
/** Of each room, who look at who is there. */
export const OBSERVERS = 3;
/** Of each room, who are there to the end, and change. */
export const MEMBERS = 3;
/** Of each room, whose machine ends with their gateway. */
export const MORTALS = 2;

/** Whether what is missed of it can be read again. */
export function isKept(channel: string): boolean {
  return channel.startsWith('room:');
}
