/** The obvious server on `ws`: parse, and send to each. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen } from './listen.mjs';
import { Rooms } from './rooms.mjs';

const rooms = new Rooms();
const server = createServer();

new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (bytes) => {
    const { type, id, channel, event, data } = JSON.parse(bytes);
    if (type === 'subscribe') {
      rooms.join(channel, socket);
      socket.send(JSON.stringify({ type: 'subscribed', channel }));
      return;
    }
    const message = JSON.stringify({ type: 'message', channel, event, data });
    for (const member of rooms.members(channel)) member.send(message);
    if (id !== undefined) socket.send(JSON.stringify({ type: 'ack', id }));
  });
});

listen(server);
