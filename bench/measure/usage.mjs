import { cpuSeconds, residentBytes, waitSeconds } from './process-stat.mjs';

const MEMORY_INTERVAL_MS = 100;

/** What a process uses while `work` goes on. */
export async function usage(pid, work) {
  const began = performance.now();
  const [cpu, wait] = [cpuSeconds(pid), waitSeconds(pid)];
  let memoryBytes = residentBytes(pid);
  const sampler = setInterval(() => (memoryBytes = Math.max(memoryBytes, residentBytes(pid))), MEMORY_INTERVAL_MS);
  try {
    const result = await work();
    const seconds = (performance.now() - began) / 1_000;
    const used = cpuSeconds(pid) - cpu;
    return {
      result,
      cpuSeconds: used,
      cpuShare: used / seconds,
      waitShare: (waitSeconds(pid) - wait) / seconds,
      memoryBytes,
    };
  } finally {
    clearInterval(sampler);
  }
}
