import { edgeHive, edgeHiveTopics } from './edge-hive.mjs';
import { nats } from './nats.mjs';
import { plain } from './plain.mjs';
import { socketIo } from './socket-io.mjs';

/** How the load generator speaks with each peer. */
export const dialects = {
  'edge-hive': edgeHive,
  'edge-hive-topics': edgeHiveTopics,
  nats,
  plain,
  'socket-io': socketIo,
};
