import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection to a service, for what no client library would send. Its errors are left unsaid: a close follows. */
export class RawSocket {
  private text = '';
  /** Settles when both sides have ended, or it was reset, with all that came. */
  readonly closed: Promise<string>;

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.text)));
  }

  /**
   * Settles when it is connected, or already closed again.
   *
   * @param url of which only host and port count
   */
  static async connect(url: string): Promise<RawSocket> {
    const { hostname, port } = new URL(url);
    const raw = new RawSocket(connect(Number(port), hostname));
    await Promise.race([new Promise((resolve) => raw.socket.once('connect', resolve)), raw.closed]);
    return raw;
  }

  /** Connects, sends, and settles with all that comes until the close. */
  static async answer(url: string, bytes: string | Buffer): Promise<string> {
    const socket = await RawSocket.connect(url);
    socket.send(bytes);
    return socket.closed;
  }

  /** What came so far, a character a byte. */
  get received(): string {
    return this.text;
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Settles when this came. */
  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.socket.destroyed) throw new Error(`Closed before ${JSON.stringify(text)} came, after ${this.text}`);
      await Promise.race([once(this.socket, 'data'), this.closed]);
    }
  }

  /** Reads no more. */
  stall(): void {
    this.socket.pause();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** A request for a WebSocket, as a client sends it. */
export function upgradeRequest(target: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${[`GET ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
}
