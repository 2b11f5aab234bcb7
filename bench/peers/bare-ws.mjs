import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.mjs';

const SERVER = fileURLToPath(new URL('../servers/bare-ws.mjs', import.meta.url));

export const bareWs = {
  name: 'bare ws',
  dialect: 'plain',
  tokens: () => undefined,
  start: ({ collectable } = {}) => ServerProcess.start(SERVER, { collectable }),
};
