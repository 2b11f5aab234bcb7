import type { Duplex } from 'node:stream';

/**
 * Has what is written to a socket in one turn of the event loop go out in one write: the answer to a handshake, and what its
 * client is told at once. A write costs as much as all else that the service itself does for a connection.
 */
export class Corks {
  private corked: Duplex[] = [];

  /** Does the work that writes to a socket first. */
  put(socket: Duplex, work: () => void): void {
    socket.cork();
    this.corked.push(socket);
    try {
      work();
    } finally {
      // Behind what the work itself put off to the end of this turn.
      if (this.corked.length === 1) setImmediate(this.pull);
    }
  }

  private readonly pull = (): void => {
    const { corked } = this;
    this.corked = [];
    for (const socket of corked) socket.uncork();
  };
}
