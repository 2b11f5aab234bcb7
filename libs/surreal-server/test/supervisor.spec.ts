import { describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startSurreal, type SurrealExit, type SurrealOptions } from '@edge-hive/surreal-server';
import { connectRoot, isAlive, kinds, untilGone } from './support.js';

describe.each(kinds)('a supervised $kind database', ({ kind, options }) => {
  it('serves the official SDK', async () => {
    const surreal = await startSurreal(options);
    const db = await connectRoot(surreal.url);
    expect(surreal.kind).toBe(kind);
    expect(await db.query('RETURN 1 + 1')).toEqual([2]);
    await db.close();
    await surreal.stop();
  });

  it('is started again on its port after it was killed', async () => {
    const exits: SurrealExit[] = [];
    const events = new EventEmitter();
    const restarted = once(events, 'restart');
    const onRestart = (): void => void events.emit('restart');
    const surreal = await startSurreal({ ...options, onExit: (exit) => exits.push(exit), onRestart });
    const { pid, url } = surreal;
    surreal.kill('SIGKILL');
    await restarted;
    await surreal.ready();
    expect(exits).toEqual([{ code: null, signal: 'SIGKILL' }]);
    expect(surreal.pid).not.toBe(pid);
    expect(surreal.url).toBe(url);
    const db = await connectRoot(url);
    await db.close();
    await surreal.stop();
  });

  it('is not started again after stop, and nothing of it is left', async () => {
    const exits: SurrealExit[] = [];
    const surreal = await startSurreal({ ...options, onExit: (exit) => exits.push(exit) });
    await surreal.stop();
    expect(isAlive(surreal.pid)).toBe(false);
    expect(exits).toEqual([]);
  });

  it('stops while it is frozen', async () => {
    const surreal = await startSurreal(options);
    surreal.kill('SIGSTOP');
    await surreal.stop();
    expect(isAlive(surreal.pid)).toBe(false);
  });

  it('stops while it is between two starts', async () => {
    const events = new EventEmitter();
    const exited = once(events, 'exit');
    const surreal = await startSurreal({ ...options, onExit: () => events.emit('exit') });
    surreal.kill('SIGKILL');
    await exited;
    await surreal.stop();
    await expect(surreal.ready()).rejects.toThrow();
    expect(isAlive(surreal.pid)).toBe(false);
  });

  it('names SURREAL_PORT when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startSurreal({ ...options, port })).rejects.toThrow(
      `Port ${port} for SurrealDB is in use: set SURREAL_PORT`,
    );
    other.close();
  });

  it('ends by itself when its parent is killed', async () => {
    const { parent, pid } = await startParent(options);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await untilGone(pid);
  });

  it('serves while its parent is frozen', async () => {
    const { parent, url, pid } = await startParent(options);
    parent.kill('SIGSTOP');
    try {
      const db = await connectRoot(url);
      await db.query('DEFINE TABLE note CHANGEFEED 1h');
      for (let note = 0; note < 500; note++) await db.query('CREATE note');
      await db.close();
    } finally {
      parent.kill('SIGKILL');
    }
    await untilGone(pid);
  });
});

async function startParent(options: SurrealOptions): Promise<{ parent: ChildProcess; url: string; pid: number }> {
  const script = fileURLToPath(new URL('parent.mjs', import.meta.url));
  const parent = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, ...(JSON.parse(line.toString()) as { url: string; pid: number }) };
}

it('tells why the embedded engine aborted', async () => {
  const lines: string[] = [];
  const events = new EventEmitter();
  const exited = once(events, 'exit');
  const surreal = await startSurreal({
    onLog: (line) => lines.push(line),
    onExit: () => events.emit('exit', [...lines]),
  });
  const db = await connectRoot(surreal.url);
  await db.query('DEFINE TABLE note CHANGEFEED 1h; CREATE note');
  await expect(db.query(`RETURN time::format(time::now(), '%')`)).rejects.toThrow(); // engine 3.0.2 panics on it
  const [linesBefore] = (await exited) as [string[]];
  await surreal.stop();
  expect(linesBefore.join('\n')).toMatch(/^thread .* panicked at [^]*a Display implementation returned an error/);
});

it('names the binary that cannot be started', async () => {
  await expect(startSurreal({ bin: '/no/such/surreal' })).rejects.toThrow('/no/such/surreal');
});
