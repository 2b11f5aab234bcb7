import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readShared } from './shared-reads.js';

/** Takes lines that begin with a small letter, and leaves what comes from the first other one on. */
class LineTaker {
  readonly taken: string[] = [];
  /** Where each chunk lay. */
  readonly places = new Set<ArrayBufferLike>();

  take(chunk: Buffer): number {
    this.places.add(chunk.buffer);
    const [lines = ''] = /^([a-z][^\n]*\n)*/.exec(chunk.toString('latin1')) ?? [];
    if (lines) this.taken.push(lines);
    return lines.length;
  }
}

interface Accepted {
  readonly client: Socket;
  readonly socket: Socket;
  readonly taker: LineTaker;
  /** What came through the stream. */
  readonly streamed: Buffer[];
  readonly shared: boolean;
}

let server: Server;
let open: Socket[];

beforeEach(async () => {
  open = [];
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  for (const socket of open) socket.destroy();
  server.close();
  await once(server, 'close');
});

async function accepted(): Promise<Accepted> {
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  open.push(client, socket);
  const taker = new LineTaker();
  const streamed: Buffer[] = [];
  const shared = readShared(socket, taker);
  socket.on('data', (chunk: Buffer) => streamed.push(chunk));
  return { client, socket, taker, streamed, shared };
}

/** Settles when the other side has read all that was sent. */
async function come({ client, socket }: Accepted, bytes: string): Promise<void> {
  const before = socket.bytesRead;
  client.write(bytes, 'latin1');
  while (socket.bytesRead < before + bytes.length) await new Promise(setImmediate);
  // What is pushed into a stream is handed out in the same turn.
  await new Promise(setImmediate);
}

describe('shared reads', () => {
  it('are had on this version of Node', async () => {
    const { shared } = await accepted();
    expect(shared).toBe(true);
  });

  it('hand what comes to the taker, of all sockets in one buffer, and nothing of it to the stream', async () => {
    const [one, other] = [await accepted(), await accepted()];
    await come(one, 'first\n');
    await come(other, 'second\n');
    await come(one, 'third\n');
    expect(one.taker.taken).toEqual(['first\n', 'third\n']);
    expect(other.taker.taken).toEqual(['second\n']);
    expect(new Set([...one.taker.places, ...other.taker.places]).size).toBe(1);
    expect([...one.streamed, ...other.streamed]).toEqual([]);
  });

  it('leave the stream what is not taken, in memory of its own', async () => {
    const [one, other] = [await accepted(), await accepted()];
    await come(one, 'taken\nLEFT');
    await come(other, 'overwritten\n');
    expect(one.taker.taken).toEqual(['taken\n']);
    expect(Buffer.concat(one.streamed).toString()).toBe('LEFT');
    expect(one.streamed.map(({ buffer }) => buffer.byteLength)).toEqual([4]);
  });

  it('take nothing before what the stream holds', async () => {
    const at = await accepted();
    at.socket.pause();
    at.socket.unshift(Buffer.from('BEFORE'));
    at.client.write('behind\n');
    expect(at.taker.taken).toEqual([]);
    at.socket.resume();
    while (at.taker.taken.length === 0) await new Promise(setImmediate);
    expect(Buffer.concat(at.streamed).toString()).toBe('BEFORE');
  });

  it('read nothing while the socket is paused, and read on afterwards', async () => {
    const at = await accepted();
    at.socket.pause();
    at.client.write('late\n');
    const other = await accepted();
    await come(other, 'meanwhile\n');
    expect(at.socket.bytesRead).toBe(0);
    at.socket.resume();
    while (at.taker.taken.length === 0) await new Promise(setImmediate);
    expect(at.taker.taken).toEqual(['late\n']);
  });

  it('stop for a stream that holds as much as it may, and nothing is lost', async () => {
    const at = await accepted();
    const bytes = `${'X'.repeat(2_000_000)}END`;
    const streamed: Buffer[] = [];
    at.socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
      streamed.push(chunk);
      at.socket.pause();
      setImmediate(() => at.socket.resume());
    });
    at.client.write(bytes, 'latin1');
    while (Buffer.concat(streamed).length < bytes.length) await once(at.socket, 'data');
    expect(Buffer.concat(streamed).toString('latin1')).toBe(bytes);
  });

  it('tell the end of what the other side sends', async () => {
    const at = await accepted();
    const ended = once(at.socket, 'end');
    at.client.end('last\n');
    await ended;
    expect(at.taker.taken).toEqual(['last\n']);
  });

  it('hand nothing on of a socket that its taker has destroyed', async () => {
    const at = await accepted();
    at.taker.take = () => {
      at.socket.destroy();
      return 0;
    };
    const closed = once(at.socket, 'close');
    at.client.write('x\n');
    await closed;
    expect(at.streamed).toEqual([]);
  });
});
