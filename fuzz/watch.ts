import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { metric } from '../test/support/health.js';
import type { Gateway } from '../test/support/gateway.js';
import { descendants } from '../test/support/processes.js';

/** For how long what the attackers left behind may stay, in ms: more than every deadline that the service is given. */
const SETTLE_MS = 45_000;
const LOOK_MS = 250;
/** What `fetch` keeps open to read the metrics over. */
const OWN_SOCKETS = 2;
/** Memory that the service may have more of afterwards than before. */
const GROWTH_BYTES = 256 * 1024 * 1024;

/** What has to hold of the service and its database, whatever is done to them. */
export class Watch {
  private readonly processes: readonly number[];
  private readonly memory: number;

  constructor(private readonly gateway: Gateway) {
    this.processes = descendants(gateway.pid);
    this.memory = residentBytes(gateway.pid);
  }

  /** What is wrong while it is attacked. */
  get complaints(): readonly string[] {
    const now = descendants(this.gateway.pid);
    const stack = /.*\n {4}at .*/.exec(this.gateway.output)?.[0];
    return [
      ...(residentBytes(this.gateway.pid) === 0 ? ['The service has ended.'] : []),
      ...(String(now) === String(this.processes)
        ? []
        : [`Its processes were ${this.processes.join()}, and are ${now.join()}.`]),
      ...(stack === undefined ? [] : [`It printed a stack: ${stack}`]),
    ];
  }

  /** What is left of the attacks after a while. */
  async remains(connections: number): Promise<readonly string[]> {
    const deadline = Date.now() + SETTLE_MS;
    let left = await this.left(connections);
    while (left.length > 0 && Date.now() < deadline) {
      await delay(LOOK_MS);
      left = await this.left(connections);
    }
    return left;
  }

  private async left(connections: number): Promise<readonly string[]> {
    const open = await metric(this.gateway, 'edge_hive_connections');
    const sockets = await metric(this.gateway, 'edge_hive_sockets');
    const outboxes = await metric(this.gateway, 'edge_hive_outbox_bytes');
    const growth = residentBytes(this.gateway.pid) - this.memory;
    return [
      ...(open === connections ? [] : [`${open} connections are open instead of ${connections}.`]),
      ...(sockets <= connections + OWN_SOCKETS
        ? []
        : [`${sockets} sockets are open, and not ${connections} with its own.`]),
      ...(outboxes === 0 ? [] : [`${outboxes} bytes wait in outboxes.`]),
      ...(growth < GROWTH_BYTES ? [] : [`The service has ${growth} bytes of memory more than before.`]),
    ];
  }
}

/** 0 for a process that has ended. */
function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
