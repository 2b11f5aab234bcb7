import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
/** Fields of `/proc/<pid>/stat` behind the command, see proc(5). */
const USER = 11;
const SYSTEM = 12;

/** CPU seconds that a process has used, all of its threads. */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER]) + Number(fields[SYSTEM])) / TICKS_PER_SECOND;
}

/** Seconds for which its main thread had something to do and no core to do it on. */
export function waitSeconds(pid) {
  const [, nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e9;
}

/** Bytes of memory that a process has, its resident set. */
export function residentBytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes) * 1024;
}

/** Processes that a process has started to run a script, its own. */
export function childrenOf(parent, script) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isChild(pid, parent, script));
}

function isChild(pid, parent, script) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(parentPid) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${script}\0`);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
