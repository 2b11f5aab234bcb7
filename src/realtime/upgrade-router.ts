import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { REALTIME_PATH } from '@edge-hive/protocol';
import type { WebSocketServer } from 'ws';
import { Corks } from './corks.js';
import { answerWithoutUpgrade } from './other-upgrades.js';
import { refuseUpgrade, type UpgradeRefusal } from './upgrade-refusal.js';

/** A server of WebSockets and the path that it serves, as Nest notes it. */
export type Endpoint = WebSocketServer & { readonly path?: string };

const BAD_TARGET: UpgradeRefusal = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The target of the request, or its Host, is no address.',
};
const NO_ENDPOINT: UpgradeRefusal = {
  status: 404,
  code: 'NOT_FOUND',
  message: `There is no WebSocket at this path, but at ${REALTIME_PATH}: paths are compared exactly.`,
};

/**
 * Hands each request for a WebSocket to the endpoint of its path, in the place of Nest's own listener: that one cuts what
 * it doesn't know without an answer, and writes to a socket that nobody listens to the errors of.
 */
export function routeUpgrades(server: Server, endpoints: () => readonly Endpoint[]): void {
  const corks = new Corks();
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      answerWithoutUpgrade(server, request, socket, head);
      return;
    }
    const path = pathOf(request);
    const endpoint = endpoints().find((candidate) => candidate.path === path);
    if (path === undefined) refuseUpgrade(socket, BAD_TARGET);
    else if (!endpoint) refuseUpgrade(socket, NO_ENDPOINT);
    else corks.put(socket, () => upgrade(endpoint, request, socket, head));
  });
}

function upgrade(endpoint: Endpoint, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  endpoint.handleUpgrade(request, socket, head, (client) => endpoint.emit('connection', client, request));
}

/** A host as nearly all requests have it: parsing it, as what else may be one has to be, takes a tenth of a handshake. */
const PLAIN_HOST = /^[a-z0-9][a-z0-9.-]*(?::(?:\d{1,4}|[1-5]\d{4}))?$/;

/** `undefined`: the target, or the host that it is relative to, doesn't parse. */
export function pathOf({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>): string | undefined {
  if (url.startsWith(REALTIME_PATH) && PLAIN_HOST.test(headers.host ?? 'localhost')) {
    const end = url[REALTIME_PATH.length];
    if (end === undefined || end === '?') return REALTIME_PATH;
  }
  try {
    return new URL(url, `ws://${headers.host ?? 'localhost'}/`).pathname;
  } catch {
    return undefined;
  }
}
