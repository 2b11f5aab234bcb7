import { usage } from './usage.mjs';

/**
 * What a server and a load process did while `work` went on: deliveries and acknowledgements a second, CPU, latency in ms,
 * and the most memory that the server had.
 */
export async function measure(server, load, work, options) {
  await load.call('begin', options);
  const serverUsage = await usage(server.pids ?? [server.pid], () =>
    usage([load.pid], async () => {
      await work();
      return load.call('end');
    }),
  );
  const loadUsage = serverUsage.result;
  const figures = loadUsage.result;
  const served = figures.deliveries + figures.acknowledgements;
  return {
    ...figures,
    perSecond: served / figures.seconds,
    serverCpuSeconds: serverUsage.cpuSeconds,
    serverCpuShare: serverUsage.cpuShare,
    serverWaitShare: serverUsage.waitShare,
    loadWaitShare: loadUsage.waitShare,
    cpuPerMillion: (serverUsage.cpuSeconds / served) * 1e6,
    memoryBytes: serverUsage.memoryBytes,
  };
}
