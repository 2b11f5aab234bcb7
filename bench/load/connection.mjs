import { connect } from 'node:net';
import { clientFrame } from './client-frame.mjs';
import { FrameReader } from './frame-reader.mjs';

const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const CONNECT_TIMEOUT_MS = 30_000;

/** All sockets of the process read into it: each has been read to the end before the next one is. */
const shared = Buffer.allocUnsafeSlow(1024 * 1024);

/** A WebSocket client with next to no cost of its own. */
export class Connection {
  #waiter;

  /** Called with each read, once its frames are counted. */
  onRead;

  constructor({ host, port, localAddress, dialect, token, tally, onClosed }) {
    this.dialect = dialect;
    this.tally = tally;
    this.reader = new FrameReader(dialect, tally, (opcode, text) => this.#received(opcode, text));
    this.open = false;
    this.head = Buffer.alloc(0);
    const onread = { buffer: shared, callback: (length, bytes) => this.#read(bytes, length) };
    this.socket = connect({ host, port, localAddress, noDelay: true, onread });
    this.socket.on('connect', () => this.socket.write(handshake(host, port, dialect, token)));
    this.socket.on('error', (error) => this.#waiter?.reject(error));
    this.socket.on('close', () => {
      this.#waiter?.reject(new Error('The server closed the connection.'));
      if (this.ready) onClosed();
    });
  }

  /** Settles when commands may be sent. */
  async opened() {
    await this.#reply((text) => text === undefined || this.dialect.isReady(text));
    this.ready = true;
  }

  async subscribe(target) {
    const replied = this.#reply((text) => text !== undefined && this.dialect.isSubscribed(text));
    this.socket.write(clientFrame(this.dialect.subscribe(target)));
    await replied;
  }

  close() {
    this.ready = false;
    this.socket.destroy();
  }

  #reply(isIt) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('No answer from the server.')), CONNECT_TIMEOUT_MS);
      const settle = (done) => (value) => {
        clearTimeout(timer);
        this.#waiter = undefined;
        done(value);
      };
      this.#waiter = { isIt, resolve: settle(resolve), reject: settle(reject) };
    });
  }

  #read(bytes, length) {
    this.tally.bytes += length;
    if (this.open) this.reader.read(bytes, length);
    else this.#readHead(bytes.subarray(0, length));
    this.onRead?.();
    return true;
  }

  #readHead(bytes) {
    this.head = Buffer.concat([this.head, bytes]);
    const end = this.head.indexOf(END_OF_HEAD);
    if (end === -1) return;
    const head = this.head.toString('latin1', 0, end);
    const rest = this.head.subarray(end + END_OF_HEAD.length);
    this.head = undefined;
    if (!head.startsWith('HTTP/1.1 101')) return this.socket.destroy(new Error(head.split('\r\n', 1)[0]));
    this.open = true;
    if (this.dialect.isReady === undefined) this.#waiter?.resolve();
    if (rest.length > 0) this.reader.read(rest, rest.length);
  }

  #received(opcode, text) {
    if (opcode === PING) this.socket.write(clientFrame(text, PONG));
    else if (opcode === CLOSE) this.socket.destroy();
    else if (this.#waiter?.isIt(text)) this.#waiter.resolve(text);
    else this.#unasked(text);
  }

  #unasked(text) {
    const answer = this.dialect.answer?.(text);
    if (answer !== undefined) this.socket.write(clientFrame(answer));
    else if (this.dialect.isError?.(text)) this.tally.errors.push(text);
  }
}

function handshake(host, port, { path }, token) {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    '\r\n',
  ].join('\r\n');
}
