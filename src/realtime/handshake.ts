import type { IncomingMessage } from 'node:http';
import { BEARER_SUBPROTOCOL_PREFIX, SUBPROTOCOL } from '@edge-hive/protocol';
import { bearerToken } from '../auth/tokens/bearer-token.js';

/** The parts of a request that can carry a token. */
export type HandshakeRequest = Pick<IncomingMessage, 'headers' | 'url'>;

/**
 * The subprotocol that is answered. A browser gives up unless one that it offered is chosen, so that a bearer offered alone
 * is echoed.
 */
export function chooseSubprotocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(SUBPROTOCOL)) return SUBPROTOCOL;
  return [...offered].find((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL_PREFIX)) ?? false;
}

/** The token that a handshake carries: in the `Authorization` header, else `?token=`, else a `bearer.` subprotocol. */
export function handshakeToken({ headers, url }: HandshakeRequest): string | undefined {
  return bearerToken(headers.authorization) ?? queryToken(url ?? '') ?? subprotocolToken(headers);
}

function queryToken(url: string): string | undefined {
  const start = url.indexOf('?');
  if (start === -1) return undefined;
  return new URLSearchParams(url.slice(start)).get('token') ?? undefined;
}

function subprotocolToken(headers: HandshakeRequest['headers']): string | undefined {
  return headers['sec-websocket-protocol']
    ?.split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL_PREFIX))
    ?.slice(BEARER_SUBPROTOCOL_PREFIX.length);
}
