/** The obvious server on Socket.IO, with its settings as they come but for the transport. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listen } from './listen.mjs';

const server = createServer();
const io = new Server(server, { transports: ['websocket'] });

io.on('connection', (socket) => {
  socket.on('subscribe', (channel, acknowledge) => {
    socket.join(channel);
    acknowledge();
  });
  socket.on('publish', (message, acknowledge) => {
    io.to(message.channel).emit('message', message);
    acknowledge?.();
  });
});

listen(server);
