import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Listens to the errors of every socket of a server, first of all that happens to it. Node takes its own listener off when
 * it hands a socket out for an upgrade, and a socket that fails with nobody listening ends the process.
 */
export function guardSockets(server: Server): void {
  server.prependListener('connection', (socket: Socket) => {
    // One whose request is read once more comes again.
    if (!socket.listeners('error').includes(destroy)) socket.on('error', destroy);
  });
}

function destroy(this: Socket): void {
  this.destroy();
}
