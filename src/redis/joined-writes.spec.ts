import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { JoinedWrites } from './joined-writes.js';

/** Counts how often it is written to, as a socket calls the system. */
class Counter extends Writable {
  readonly writes: string[] = [];

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
    done();
  }
}

describe('JoinedWrites', () => {
  it('writes once what is sent within a turn, and what comes later by itself', async () => {
    const stream = new Counter();
    const writes = new JoinedWrites({ stream });
    for (const text of ['a', 'b', 'c']) {
      writes.join();
      stream.write(text);
    }
    expect(stream.writes).toEqual([]);
    await turn();
    expect(stream.writes).toEqual(['abc']);
    writes.join();
    stream.write('d');
    await turn();
    expect(stream.writes).toEqual(['abc', 'd']);
  });

  it('holds nothing back on a connection that takes the place of another', async () => {
    const client = { stream: new Counter() };
    const [first, second] = [client.stream, new Counter()];
    const writes = new JoinedWrites(client);
    writes.join();
    first.write('a');
    client.stream = second;
    for (const text of ['b', 'c']) {
      writes.join();
      second.write(text);
    }
    await turn();
    expect([first.writes, second.writes]).toEqual([['a'], ['bc']]);
    expect([first.writableCorked, second.writableCorked]).toEqual([0, 0]);
  });

  it('needs no connection', () => {
    expect(() => new JoinedWrites({ stream: undefined }).join()).not.toThrow();
  });
});
