import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.mjs';

const SERVER = fileURLToPath(new URL('../servers/joined-ws.mjs', import.meta.url));

export const joinedWs = {
  name: 'joined ws',
  dialect: 'plain',
  tokens: () => undefined,
  start: ({ collectable } = {}) => ServerProcess.start(SERVER, { collectable }),
};
