export * from './client-frames.js';
export * from './codes.js';
export * from './filter.js';
export * from './server-frames.js';

/** Subprotocol that a client may offer; one that offers none is served the same. */
export const SUBPROTOCOL = 'edge-hive.v1';

/** Prefix of the subprotocol in which a browser can carry its token. */
export const BEARER_SUBPROTOCOL_PREFIX = 'bearer.';

/** Path of the WebSocket endpoint. */
export const REALTIME_PATH = '/api/v1/realtime';
