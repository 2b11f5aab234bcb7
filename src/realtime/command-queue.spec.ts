import { beforeEach, describe, expect, it } from '@jest/globals';
import { CommandQueue, type CommandRunner, type ReceivedFrame } from './command-queue.js';

const named = (name: string): ReceivedFrame => ({ data: Buffer.from(name), binary: false, refused: false });

/** Serves what is named `slow…` when told to, the rest at once. */
class Runner implements CommandRunner {
  readonly served: string[] = [];
  readonly flow: string[] = [];
  finish: (() => void)[] = [];

  run({ data }: ReceivedFrame): Promise<unknown> | undefined {
    const name = data.toString();
    this.served.push(name);
    if (name === 'failing') return Promise.reject(new Error('failed'));
    return name.startsWith('slow') ? new Promise<void>((resolve) => this.finish.push(resolve)) : undefined;
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

  it('serves nothing more once closed', async () => {
    for (const name of ['slow', 'a']) queue.push(named(name));
    queue.close();
    runner.finish[0]?.();
    await settled();
    queue.push(named('b'));
    expect(runner.served).toEqual(['slow']);
  });
});
