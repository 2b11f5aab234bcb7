/** A policy that can't be followed. The message begins with the place, such as `topics.messages.where.room.in`. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(place: string, fault: string) {
    super(`${place}: ${fault}`);
  }
}
