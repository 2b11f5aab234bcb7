/**
 * The server of `joined-ws.mjs` on one of several instances over the Redis at REDIS_URL: a publish is one `PUBLISH`, and nothing is
 * numbered, kept or missed. What of it goes to Redis within a turn of the event loop goes in one write.
 */
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';
import { JoinedFrames } from './joined-frames.mjs';
import { listen } from './listen.mjs';
import { Rooms } from './rooms.mjs';

const redis = new Redis(process.env.REDIS_URL);
const subscriber = redis.duplicate();
const rooms = new Rooms();
const frames = new JoinedFrames(rooms);
const server = createServer();
let corked = false;

subscriber.on('message', (channel, text) => frames.add(channel, text));

new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', async (bytes) => {
    const { type, id, channel, event, data } = JSON.parse(bytes);
    if (type === 'subscribe') {
      await subscriber.subscribe(channel);
      rooms.join(channel, socket);
      socket.send(JSON.stringify({ type: 'subscribed', channel }));
      return;
    }
    cork();
    const published = redis.publish(channel, JSON.stringify({ type: 'message', channel, event, data }));
    if (id === undefined) return;
    await published;
    socket.send(JSON.stringify({ type: 'ack', id }));
  });
});

function cork() {
  const { stream } = redis;
  if (corked || !stream) return;
  corked = true;
  stream.cork();
  setImmediate(() => {
    corked = false;
    stream.uncork();
  });
}

listen(server);
