/** The server of `bare-ws.mjs` in WORKERS processes on one port, each of which accepts for itself. */
import cluster from 'node:cluster';

cluster.schedulingPolicy = cluster.SCHED_NONE;
if (cluster.isPrimary) for (let n = 0; n < Number(process.env.WORKERS); n += 1) cluster.fork();
else await import('./bare-ws.mjs');
