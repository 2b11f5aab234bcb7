import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.mjs';

const SERVER = fileURLToPath(new URL('../servers/joined-ws.mjs', import.meta.url));

/** As long as what a message of the service has beside: its stream, sender, cursor and time. */
const SERVICE_FIELDS = {
  stream: 'c-'.padEnd(10, 'x'),
  from: 'user-100',
  cursor: 'x'.repeat(15),
  time: new Date(0).toISOString(),
};

export const joinedWs = peer('joined ws');

/** The same with frames of as many bytes as the service's, all of which the kernel has to copy. */
export const joinedWsAsLong = peer('joined ws, same bytes', { FIELDS: JSON.stringify(SERVICE_FIELDS) });

function peer(name, env) {
  return {
    name,
    dialect: 'plain',
    tokens: () => undefined,
    start: ({ profile, collectable } = {}) => ServerProcess.start(SERVER, { env, profile, collectable }),
  };
}
