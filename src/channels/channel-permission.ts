import { CommandError } from '../errors/command-error.js';

/** Whether something may be done. `unknown`: who could say doesn't answer now. */
export type Permission = 'yes' | 'no' | 'unknown';

/** Whether a subscriber may still use a channel so. */
export type MayUse = (channel: string, use: 'subscribe' | 'presence') => Permission;

/** What a subscription does on a channel. */
interface Use {
  readonly channel: string;
  /** Whether it wants to know who is there, or how many. */
  readonly presence?: boolean | 'count';
}

/** Why a subscription may not be; `undefined`: it may. */
export function refusalOf({ channel, presence }: Use, may: MayUse): CommandError | undefined {
  return (
    refused(may(channel, 'subscribe'), 'this channel') ??
    refused(presence ? may(channel, 'presence') : 'yes', 'who is on this channel')
  );
}

function refused(permission: Permission, what: string): CommandError | undefined {
  switch (permission) {
    case 'yes':
      return undefined;
    case 'no':
      return new CommandError('FORBIDDEN', `The rights as they are now do not cover ${what}.`);
    case 'unknown':
      return new CommandError('RIGHTS_CHANGED', `Whether the rights cover ${what} is not known now: subscribe again.`);
  }
}
