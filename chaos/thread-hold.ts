import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import koffi from 'koffi';
import type { Random } from './random.js';

/** Requests of ptrace(2), which stops one thread where a signal stops them all. Linux only. */
const SEIZE = 0x4206;
const INTERRUPT = 0x4207;
const DETACH = 17;
/** Options of waitpid(2): of any thread, and without waiting. */
const OPTIONS = 0x4000_0000 | 1;
const POLL_MS = 1;

const libc = koffi.load(null);
const ptrace = libc.func('long ptrace(long request, int tid, intptr_t address, intptr_t data)') as (
  request: number,
  tid: number,
  address: number,
  data: number,
) => number;
const waitpid = libc.func('int waitpid(int tid, void *status, int options)') as (
  tid: number,
  status: null,
  options: number,
) => number;

/** By this process: the system refuses to let it hold one twice, and as if it might not at all. */
const held = new Set<number>();

/**
 * Stops a thread of another process that is at work, as a busy host does that gives the processor to others: what it is in
 * the middle of takes longer, while the process goes on.
 *
 * @returns what lets it go on; `undefined` when none is at work. Those of a process that ends go on by themselves.
 * @throws where the system allows no process to trace its children
 */
export async function holdThread(pid: number, random: Random): Promise<(() => void) | undefined> {
  const tid = random.shuffle(threads(pid)).find((each) => each !== pid && !held.has(each) && isAtWork(pid, each));
  if (tid === undefined || !request(SEIZE, tid)) return undefined;
  held.add(tid);
  const letGo = () => {
    request(DETACH, tid);
    held.delete(tid);
  };
  if (!request(INTERRUPT, tid)) return letGo;
  while (waitpid(tid, null, OPTIONS) === 0) await delay(POLL_MS);
  return letGo;
}

/** @returns whether the thread still was there */
function request(what: number, tid: number): boolean {
  if (ptrace(what, tid, 0, 0) === 0) return true;
  if (koffi.errno() === koffi.os.errno.ESRCH) return false;
  throw new Error(`Threads can't be held: ptrace failed with error ${koffi.errno()}. Containers may have to allow it.`);
}

function threads(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}

function isAtWork(pid: number, tid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1').includes(') R ');
  } catch {
    return false; // it ended
  }
}
