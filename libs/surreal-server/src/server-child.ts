import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, untilEnd } from './child.js';
import type { ResolvedOptions } from './options.js';

const POLL_MS = 25;

/** Reads a line for an orderly end; the end of the pipe means that the parent is gone, and the server goes too. */
const reaperScript = 'read -r line || { kill -TERM "$1"; sleep 1; kill -KILL "$1"; } 2>/dev/null';

export function spawnServer(bin: string, options: ResolvedOptions, port: number): Child {
  const { data, username, password, extraArguments } = options;
  const store = data === undefined ? 'memory' : `surrealkv://${data}`;
  const start = ['start', '--no-banner', '--bind', `127.0.0.1:${port}`, ...extraArguments, store];
  const child = spawn(bin, start, {
    env: { ...process.env, SURREAL_USER: username, SURREAL_PASS: password }, // arguments show in a process list
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a signal to our process group must not end it before we have drained
  });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', options.log);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const exit = Promise.race([untilEnd(child), failed]);
  const ended = child.pid === undefined ? exit : exit.finally(startReaper(child.pid));
  return { process: child, listening: untilHealthy(port, ended), ended };
}

/** @returns what ends the reaper again */
function startReaper(pid: number): () => Promise<unknown> {
  const reaper = spawn('sh', ['-c', reaperScript, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  reaper.stdin.on('error', () => undefined);
  const gone = untilEnd(reaper);
  return () => {
    reaper.stdin.end('\n');
    return gone;
  };
}

async function untilHealthy(port: number, ended: Child['ended']): Promise<number> {
  let end: string | undefined;
  ended.then(
    ({ code, signal }) => (end = `surreal ended with ${signal ?? code ?? 'an error'} before it served`),
    (error: Error) => (end = error.message),
  );
  while (!(await isHealthy(port))) {
    await delay(POLL_MS);
    if (end !== undefined) throw new Error(end);
  }
  return port;
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
