import { CommandError } from '../errors/command-error.js';

/** Why a subscription ends whose rights are others now. */
export function rightsChanged(): CommandError {
  return new CommandError('RIGHTS_CHANGED', 'Other rows or fields are yours to see now: subscribe again.');
}
