/**
 * `ws` with the frames of a tick joined into one write a socket: what the machine can do, with no bound on memory. Each message
 * has the same further FIELDS, where these are given.
 */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { JoinedFrames } from './joined-frames.mjs';
import { listen } from './listen.mjs';
import { Rooms } from './rooms.mjs';

const fields = JSON.parse(process.env.FIELDS ?? '{}');
const rooms = new Rooms();
const server = createServer();
const frames = new JoinedFrames(rooms);

new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (bytes) => {
    const { type, id, channel, event, data } = JSON.parse(bytes);
    if (type === 'subscribe') {
      rooms.join(channel, socket);
      socket.send(JSON.stringify({ type: 'subscribed', channel }));
      return;
    }
    frames.add(channel, JSON.stringify({ type: 'message', channel, event, data, ...fields }));
    if (id !== undefined) socket.send(JSON.stringify({ type: 'ack', id }));
  });
});

listen(server);
