import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.mjs';

const SERVER = fileURLToPath(new URL('../servers/socket-io.mjs', import.meta.url));

export const socketIo = {
  name: 'Socket.IO',
  dialect: 'socket-io',
  tokens: () => undefined,
  start: ({ collectable } = {}) => ServerProcess.start(SERVER, { collectable }),
};
