/**
 * Writes to all who are connected, and does nothing else: what is left of any server's delivery to many. Asked for so many bytes a
 * socket, so often, with a pause between, it answers what that took, in ms of CPU and by the clock: the median.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { listen } from './listen.mjs';
import { serverFrame } from './server-frame.mjs';

/** Of a frame of more than 125 bytes. */
const HEADER_BYTES = 4;

const sockets = [];
const server = createServer();

new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => sockets.push(socket._socket));

process.on('message', async ({ frameBytes, frames, times, pause }) => {
  const frame = serverFrame('x'.repeat(frameBytes - HEADER_BYTES));
  const bytes = Buffer.concat(Array.from({ length: frames }, () => frame));
  const rounds = [];
  for (let n = 0; n < times; n += 1) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    for (const socket of sockets) if (socket.writableLength === 0) socket.write(bytes);
    const { user, system } = process.cpuUsage(before);
    rounds.push({ wall: performance.now() - began, cpu: (user + system) / 1_000 });
    await delay(pause);
  }
  process.send({ wall: median(rounds.map(({ wall }) => wall)), cpu: median(rounds.map(({ cpu }) => cpu)) });
});

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

listen(server);
