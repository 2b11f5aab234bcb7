import { beforeEach, describe, expect, it } from '@jest/globals';
import { CommandQueue, type CommandRunner, type ReceivedFrame } from './command-queue.js';

const named = (name: string): ReceivedFrame => ({ data: Buffer.from(name), binary: false, refused: false });

/** Serves what is named `slow…` when told to, the rest at once. */
class Runner implements CommandRunner {
  readonly served: string[] = [];
  readonly flow: string[] = [];
  readonly replied: string[] = [];
  readonly patience = 128 * 1024;
  held = 0;
  finish: (() => void)[] = [];

  run({ data }: ReceivedFrame): Promise<unknown> | undefined {
    const name = data.toString();
    this.served.push(name);
    if (name === 'failing') return Promise.reject(new Error('failed'));
    return name.startsWith('slow') ? new Promise<void>((resolve) => this.finish.push(resolve)) : undefined;
  }
  admitsOthers({ data }: ReceivedFrame): boolean {
    return data.toString().startsWith('slow publish');
  }
  runBeside(frame: ReceivedFrame): Promise<() => void> | undefined {
    if (!this.admitsOthers(frame)) return undefined;
    const name = frame.data.toString();
    this.served.push(name);
    const reply = () => this.replied.push(name);
    return new Promise((resolve) => this.finish.push(() => resolve(reply)));
  }
  book(bytes: number): void {
    this.held += bytes;
  }
  pause(): void {
    this.flow.push('pause');
  }
  resume(): void {
    this.flow.push('resume');
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('CommandQueue', () => {
  let runner: Runner;
  let queue: CommandQueue;
  beforeEach(() => {
    runner = new Runner();
    queue = new CommandQueue(runner);
  });

  it('serves one command after the other', async () => {
    for (const name of ['a', 'slow', 'b', 'c']) queue.push(named(name));
    expect(runner.served).toEqual(['a', 'slow']);
    runner.finish[0]?.();
    await settled();
    expect(runner.served).toEqual(['a', 'slow', 'b', 'c']);
  });

  it('serves publishes beside each other, replies in their order, and lets nothing else past them', async () => {
    for (const name of ['slow publish 1', 'slow publish 2', 'slow publish 3', 'other', 'slow publish 4'])
      queue.push(named(name));
    expect(runner.served).toEqual(['slow publish 1', 'slow publish 2', 'slow publish 3']);
    runner.finish[2]?.();
    runner.finish[0]?.();
    await settled();
    expect(runner.replied).toEqual([]);
    expect(runner.served).toHaveLength(3);
    runner.finish[1]?.();
    await settled();
    expect(runner.replied).toEqual(['slow publish 2', 'slow publish 3']);
    expect(runner.served.slice(3)).toEqual(['other', 'slow publish 4']);
    runner.finish[3]?.();
    await settled();
    expect(runner.held).toBe(0);
  });

  it('serves no publish beside another command', () => {
    for (const name of ['slow', 'slow publish']) queue.push(named(name));
    expect(runner.served).toEqual(['slow']);
  });

  it('serves 64 beside one at most, and as many bytes of them as may wait', async () => {
    for (let n = 0; n < 70; n += 1) queue.push(named(`slow publish ${n}`));
    expect(runner.served).toHaveLength(65);
    for (let n = 0; n < 70; n += 1) {
      runner.finish[n]?.();
      await settled();
    }
    expect(runner.served).toHaveLength(70);
    expect(runner.replied.slice(-1)).toEqual(['slow publish 69']);
    expect(runner.held).toBe(0);
    for (let n = 0; n < 4; n += 1) queue.push(named(`slow publish ${'x'.repeat(20_000)}`));
    expect(runner.served).toHaveLength(72);
  });

  it('goes on after a command that failed', async () => {
    for (const name of ['failing', 'a']) queue.push(named(name));
    await settled();
    expect(runner.served).toEqual(['failing', 'a']);
  });

  it('serves nothing before what it is held for', async () => {
    let release = (): void => undefined;
    queue.hold(new Promise<void>((resolve) => (release = resolve)));
    queue.push(named('a'));
    await settled();
    expect(runner.served).toEqual([]);
    release();
    await settled();
    expect(runner.served).toEqual(['a']);
  });

  it('stops reading while 256 commands wait, and reads on when 64 do', async () => {
    queue.push(named('slow'));
    for (let n = 0; n < 255; n++) queue.push(named(n === 190 ? 'slow too' : `${n}`));
    expect(runner.flow).toEqual([]);
    queue.push(named('one more'));
    queue.push(named('and more'));
    expect(runner.flow).toEqual(['pause']);
    runner.finish[0]?.();
    await settled();
    expect(runner.flow).toEqual(['pause']);
    runner.finish[1]?.();
    await settled();
    expect(runner.flow).toEqual(['pause', 'resume']);
    expect(runner.served).toHaveLength(258);
  });

  it('stops reading while too many bytes wait, and counts them until they are served', async () => {
    queue.push(named('slow'));
    queue.push(named('x'.repeat(120_000)));
    expect(runner.flow).toEqual([]);
    expect(runner.held).toBeGreaterThan(120_000);
    queue.push(named('y'.repeat(12_000)));
    expect(runner.flow).toEqual(['pause']);
    runner.finish[0]?.();
    await settled();
    expect(runner.flow).toEqual(['pause', 'resume']);
    expect(runner.held).toBe(0);
  });

  it('waits for the rest of a frame only while nothing is served', async () => {
    queue.beside(100_000);
    expect([runner.held, runner.flow]).toEqual([100_000, []]);
    queue.push(named('slow'));
    queue.beside(140_000);
    expect(runner.flow).toEqual(['pause']);
    runner.finish[0]?.();
    await settled();
    expect(runner.flow).toEqual(['pause', 'resume']);
    queue.beside(0);
    expect(runner.held).toBe(0);
  });

  it('keeps of a read no more than the frame that waits', async () => {
    const read = Buffer.alloc(64 * 1024, 'a');
    const kept: number[] = [];
    runner.run = ({ data }) => {
      kept.push(data.buffer.byteLength);
      return kept.length === 1 ? Promise.resolve() : undefined;
    };
    for (let n = 0; n < 2; n++) queue.push({ data: read.subarray(n, n + 10), binary: false, refused: false });
    await settled();
    expect(kept).toEqual([64 * 1024, 10]);
  });

  it('keeps what waits in memory of its own: where it came, the next read comes', async () => {
    const read = Buffer.alloc(64 * 1024);
    const served: string[] = [];
    runner.run = ({ data }) => {
      served.push(data.toString('latin1', 0, 1));
      return served.length === 1 ? Promise.resolve() : undefined;
    };
    for (const text of ['a', 'b']) queue.push({ data: read.fill(text), binary: false, refused: false });
    read.fill('c');
    await settled();
    expect(served).toEqual(['a', 'b']);
  });

  it('holds nothing of what waited once closed', () => {
    queue.push(named('slow'));
    queue.push(named('x'.repeat(140_000)));
    queue.close();
    expect(runner.held).toBe(24 * 'slow'.length);
  });

  it('serves nothing more once closed', async () => {
    for (const name of ['slow', 'a']) queue.push(named(name));
    queue.close();
    runner.finish[0]?.();
    await settled();
    queue.push(named('b'));
    expect(runner.served).toEqual(['slow']);
  });
});
