import { setImmediate as turn } from 'node:timers/promises';
import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Corks } from './corks.js';

/** A socket, and what each of its writes carried. */
class Recorder extends Duplex {
  readonly writes: string[] = [];

  override _read(): void {
    // Nothing comes.
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    done();
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.writes.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
    done();
  }
}

describe('Corks', () => {
  it('join what is written in one turn and at its end, for each of several sockets', async () => {
    const corks = new Corks();
    const sockets = [new Recorder(), new Recorder()];
    for (const socket of sockets) {
      corks.put(socket, () => {
        socket.write('a');
        setImmediate(() => socket.write('b'));
      });
    }
    await turn();
    sockets[0]?.write('c');
    expect(sockets[0]?.writes).toEqual(['ab', 'c']);
    // Its end of the turn came behind the first one's.
    expect(sockets[1]?.writes.join('')).toBe('ab');
  });

  it('are pulled whatever the work comes to', async () => {
    const corks = new Corks();
    const [first, second] = [new Recorder(), new Recorder()];
    const fail = () => {
      first.write('a');
      throw new Error('no');
    };
    expect(() => corks.put(first, fail)).toThrow('no');
    corks.put(second, () => second.write('b'));
    await turn();
    expect([first.writes, second.writes]).toEqual([['a'], ['b']]);
  });
});
