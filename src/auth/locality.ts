import type { IncomingMessage } from 'node:http';

/** What of a request tells where it comes from. */
export interface Arrival {
  readonly headers: IncomingMessage['headers'];
  readonly httpVersion: string;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

const LOOPBACK_ADDRESS = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/i;
/** Names that resolve to the machine itself, wherever they are asked for. */
const LOCAL_HOST = /^(([a-z\d-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const PROXY_HEADERS = new Set(['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip']);

/**
 * Whether whoever asks sits at this very machine. Its address alone doesn't say so: a proxy on this machine has it, too, and so
 * has a browser here that shows another site. By a name of its own the one is known by the Host; the other by its Origin, by
 * Fetch Metadata where there is no Origin, and by the Host after its name was made to resolve to this machine (DNS rebinding).
 */
export function isLocal(arrival: Arrival): boolean {
  const { headers, socket } = arrival;
  return (
    LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') &&
    LOCAL_HOST.test(headers.host ?? '') &&
    !isOfOtherSite(headers) &&
    !wasForwarded(arrival)
  );
}

/** Whether a browser says that the very page it talks to asks, or nobody but its user. What is no browser says nothing. */
export function isOwnPage({ headers }: Pick<Arrival, 'headers'>): boolean {
  const { host, origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || (host !== undefined && /^https?:\/\/(.*)$/.exec(origin)?.[1] === host);
}

/** Pages of this machine may be of another port or name of it: an application that is developed here. */
function isOfOtherSite({ origin, 'sec-fetch-site': site }: Arrival['headers']): boolean {
  if (origin === undefined) return site === 'cross-site';
  return !LOCAL_HOST.test(/^https?:\/\/(.*)$/.exec(origin)?.[1] ?? '');
}

/** Nothing on this machine speaks HTTP/1.0, but some proxies do to what they pass on to. */
function wasForwarded({ headers, httpVersion }: Arrival): boolean {
  if (httpVersion === '1.0') return true;
  return Object.keys(headers).some((name) => name.startsWith('x-forwarded-') || PROXY_HEADERS.has(name));
}
