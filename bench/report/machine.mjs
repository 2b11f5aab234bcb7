import { availableParallelism, cpus, loadavg, release, type } from 'node:os';

/** What the figures were measured on. */
export function machine() {
  return {
    cpu: cpus()[0]?.model.trim(),
    cores: availableParallelism(),
    system: `${type()} ${release()}`,
    node: process.version,
    loadAverage: loadavg()[0],
  };
}
