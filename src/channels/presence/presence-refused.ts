import { CommandError } from '../../errors/command-error.js';
import type { Attendance, KnownMembers, PresenceBroker } from './presence-broker.js';

/** Of a broker that can't share presence: each instance would tell something else, so that nothing is told. */
export class RefusedPresence implements PresenceBroker {
  enter(): void {
    throw refusal();
  }

  leave(): void {
    // Nobody came.
  }

  watch(): KnownMembers {
    throw refusal();
  }

  unwatch(): void {
    // Nobody watches.
  }

  attendance(): Attendance {
    throw refusal();
  }
}

function refusal(): CommandError {
  return new CommandError('UNAVAILABLE', 'presence: it is not shared over Redis yet.');
}
