import { cpuSeconds, residentBytes, waitSeconds } from './process-stat.mjs';

const MEMORY_INTERVAL_MS = 100;

/** What processes use while `work` goes on, together: one, or several that do the work of one. */
export async function usage(pids, work) {
  const sum = (figure) => [pids].flat().reduce((total, pid) => total + figure(pid), 0);
  const began = performance.now();
  const [cpu, wait] = [sum(cpuSeconds), sum(waitSeconds)];
  let memoryBytes = sum(residentBytes);
  const sampler = setInterval(() => (memoryBytes = Math.max(memoryBytes, sum(residentBytes))), MEMORY_INTERVAL_MS);
  try {
    const result = await work();
    const seconds = (performance.now() - began) / 1_000;
    const used = sum(cpuSeconds) - cpu;
    return {
      result,
      cpuSeconds: used,
      cpuShare: used / seconds,
      waitShare: (sum(waitSeconds) - wait) / seconds,
      memoryBytes,
    };
  } finally {
    clearInterval(sampler);
  }
}
