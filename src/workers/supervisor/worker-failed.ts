/** A worker couldn't start: the message is what it said. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed';
}
