/** The server of `socket-io.mjs` on one of several instances: ADAPTER, `streams` or `pubsub`, over the Redis at REDIS_URL. */
import { createServer } from 'node:http';
import { createAdapter as overPubSub } from '@socket.io/redis-adapter';
import { createAdapter as overStreams } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { listen } from './listen.mjs';

const { ADAPTER, REDIS_URL } = process.env;
const redis = new Redis(REDIS_URL);
const adapters = { streams: () => overStreams(redis), pubsub: () => overPubSub(redis, redis.duplicate()) };
const server = createServer();
const io = new Server(server, { transports: ['websocket'], adapter: adapters[ADAPTER]() });

io.on('connection', (socket) => {
  socket.on('subscribe', async (channel, acknowledge) => {
    await socket.join(channel);
    acknowledge();
  });
  socket.on('publish', (message, acknowledge) => {
    io.to(message.channel).emit('message', message);
    acknowledge?.();
  });
});

listen(server);
