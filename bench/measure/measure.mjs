import { cpuSeconds, residentBytes } from './process-stat.mjs';

const MEMORY_INTERVAL_MS = 100;

/**
 * What a server and a load process did while `work` went on: deliveries (or acknowledgements) a second, CPU, latency in
 * ms, and the most memory that the server had.
 */
export async function measure(server, load, work, options) {
  await load.call('begin', options);
  const cpu = cpuSeconds(server.pid);
  let memory = residentBytes(server.pid);
  const sampler = setInterval(() => (memory = Math.max(memory, residentBytes(server.pid))), MEMORY_INTERVAL_MS);
  try {
    await work();
    const figures = await load.call('end');
    const served = figures.deliveries + figures.acknowledgements;
    const used = cpuSeconds(server.pid) - cpu;
    return {
      ...figures,
      perSecond: served / figures.seconds,
      serverCpuSeconds: used,
      serverCpuShare: used / figures.seconds,
      cpuPerMillion: (used / served) * 1e6,
      memoryBytes: memory,
    };
  } finally {
    clearInterval(sampler);
  }
}
