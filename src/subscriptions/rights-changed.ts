import { CommandError } from '../errors/command-error.js';

/** Why a subscription ends whose rights are others now. */
export function rightsChanged(): CommandError {
  return new CommandError('RIGHTS_CHANGED', 'Other rows or fields are yours to see now: subscribe again.');
}

/** Why one doesn't begin whose rights became others while it was prepared. Whoever asks again is answered by those. */
export function rightsChangedMeanwhile(): CommandError {
  return new CommandError('UNAVAILABLE', 'topic: the rights to it changed meanwhile; try again.');
}
