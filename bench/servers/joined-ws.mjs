/** `ws` with the frames of a tick joined into one write a socket: what the machine can do, with no bound on memory. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen } from './listen.mjs';
import { Rooms } from './rooms.mjs';
import { serverFrame } from './server-frame.mjs';

const rooms = new Rooms();
const server = createServer();
let waiting = new Map();

new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (bytes) => {
    const { type, id, channel, event, data } = JSON.parse(bytes);
    if (type === 'subscribe') {
      rooms.join(channel, socket);
      socket.send(JSON.stringify({ type: 'subscribed', channel }));
      return;
    }
    wait(channel, serverFrame(JSON.stringify({ type: 'message', channel, event, data })));
    if (id !== undefined) socket.send(JSON.stringify({ type: 'ack', id }));
  });
});

function wait(channel, frame) {
  if (waiting.size === 0) setImmediate(flush);
  const frames = waiting.get(channel);
  if (frames) frames.push(frame);
  else waiting.set(channel, [frame]);
}

function flush() {
  const flushed = waiting;
  waiting = new Map();
  for (const [channel, frames] of flushed) {
    const joined = Buffer.concat(frames);
    for (const { _socket: socket } of rooms.members(channel)) socket.write(joined);
  }
}

listen(server);
