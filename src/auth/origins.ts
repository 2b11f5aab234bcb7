import type { IncomingMessage } from 'node:http';

/** The list that `ALLOWED_ORIGINS` holds: comma-separated, spaces around entries ignored. */
export function parseOrigins(list: string): readonly string[] {
  return list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
}

/**
 * Whether a browser page of this origin may connect. Compared exactly. No Origin is let in: what is no browser could
 * send any. An empty list lets every origin in.
 */
export function originAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.length === 0 || allowed.includes(origin);
}

/**
 * Whether whoever connects sits at this very machine.
 *
 * @param address the socket's remote address
 * @param forwarded whether a proxy passed the request on: then the address is the proxy's, and says nothing
 */
export function isLocal(address: string | undefined, origin: string | undefined, forwarded: boolean): boolean {
  return !forwarded && isLoopback(address) && (origin === undefined || isLoopbackOrigin(origin));
}

/** Whether some proxy passed the request on. What a proxy on this machine passes on comes from elsewhere. */
export function wasForwarded({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'].some((name) => headers[name] !== undefined);
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/i.test(address);
}

/** A page of another site, opened on this machine, has the machine's address too: its origin gives it away. */
function isLoopbackOrigin(origin: string): boolean {
  return /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(origin);
}
