import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.mjs';

const SERVER = fileURLToPath(new URL('../servers/least-feed.mjs', import.meta.url));

/** The smallest process that reads a changefeed and writes what it finds to each client. */
export const leastFeed = {
  name: 'the least',
  topicDialect: 'plain-topics',
  tokens: () => undefined,
  start: ({ env } = {}) => ServerProcess.start(SERVER, { env }),
};
