import { edgeHive, edgeHiveTopics } from './edge-hive.mjs';

/** The same frames without a handshake of their own, as servers on bare `ws` speak them here. */
export const plain = { ...edgeHive, path: '/', ready: undefined };

/** The same, over tables. */
export const plainTopics = { ...edgeHiveTopics, path: '/', ready: undefined };
