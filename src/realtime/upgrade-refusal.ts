import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** For how long a client may take to read why, in ms. */
const PATIENCE_MS = 1_000;

/** How a request for a WebSocket is answered that gets none. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Answers over HTTP, in the form of every other HTTP error, and ends the socket. */
export function refuseUpgrade(socket: Duplex, { status, code, message }: UpgradeRefusal): void {
  const body = JSON.stringify({ error: { code, message } });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A socket that is closed with bytes unread is reset, and what was written may never arrive.
  socket.resume();
  const patience = setTimeout(() => socket.destroy(), PATIENCE_MS).unref();
  socket.once('close', () => clearTimeout(patience));
}
