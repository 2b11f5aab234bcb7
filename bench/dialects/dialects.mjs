import { edgeHive, edgeHiveTopics } from './edge-hive.mjs';
import { nats, natsVerbose } from './nats.mjs';
import { plain, plainTopics } from './plain.mjs';
import { socketIo } from './socket-io.mjs';

/** How the load generator speaks with each peer. */
export const dialects = {
  'edge-hive': edgeHive,
  'edge-hive-topics': edgeHiveTopics,
  nats,
  'nats-verbose': natsVerbose,
  plain,
  'plain-topics': plainTopics,
  'socket-io': socketIo,
};
