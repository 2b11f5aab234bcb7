import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The parts of a request that say where it comes from. */
type AddressedRequest = Pick<IncomingMessage, 'headers'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
};

/**
 * The client's address: with a proxy of one's own, the one that it saw, which no client can make up. What is no address there
 * says nothing, and the proxy's own counts.
 */
export function clientAddress({ headers, socket }: AddressedRequest, trustProxy: boolean): string {
  const forwarded = trustProxy ? withoutPort(headerText(headers['x-forwarded-for']).split(',').at(-1) ?? '') : '';
  return isIP(forwarded) > 0 ? forwarded : (socket.remoteAddress ?? '');
}

/** Some proxies say the client's port, too. */
function withoutPort(address: string): string {
  const [, bracketed, dotted] = /^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(address.trim()) ?? [];
  return bracketed ?? dotted ?? address.trim();
}

function headerText(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(',') : (header ?? '');
}
