import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'>;

/** Headers of an upgrade, beside `Connection`, in which they are named. */
const UPGRADE_HEADERS: readonly string[] = ['upgrade', 'http2-settings'];

/**
 * Has a request for another protocol than WebSocket answered as if it had not asked for it, which a server may (RFC 9110,
 * 7.8). Java's HTTP client asks for HTTP/2 by itself, and Node hands whatever asks for any protocol to who upgrades, never
 * to who answers.
 */
export function answerWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  // What the client has ended, or reset, can't be read once more.
  if (!socket.readable) {
    socket.destroy();
    return;
  }
  // Nothing in it makes it an upgrade now.
  socket.unshift(Buffer.concat([Buffer.from(plainHead(request), 'latin1'), head]));
  server.emit('connection', socket);
}

/** The request line and headers, without what asks for an upgrade. */
export function plainHead({ method, url, httpVersion, rawHeaders }: RequestHead): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let n = 0; n + 1 < rawHeaders.length; n += 2) {
    const [name = '', value = ''] = rawHeaders.slice(n, n + 2);
    if (UPGRADE_HEADERS.includes(name.toLowerCase())) continue;
    const kept = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value;
    lines.push(`${name}: ${kept}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((option) => option.trim());
  return options.filter((option) => !UPGRADE_HEADERS.includes(option.toLowerCase())).join(', ');
}
