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
/** Connections that an instance may have to the database beyond what it had at first: some it makes when it needs them. */
const DATABASE_SOCKETS = 30;
/** Back at what they were at the latest then. */
const GAUGES = [
  'edge_hive_connections',
  'edge_hive_subscriptions',
  'edge_hive_streams',
  'edge_hive_channels',
  'edge_hive_presence_members',
  'edge_hive_presence_grace_bytes',
  'edge_hive_outbox_bytes',
  'edge_hive_held_bytes',
];
/** Memory that the service may have more of afterwards than before. */
const GROWTH_BYTES = 256 * 1024 * 1024;

/** What has to hold of the service and its database, whatever is done to them. */
export class Watch {
  private readonly processes: readonly number[];
  private readonly memory: number;
  private readonly databaseSockets: number;
  private gauges: readonly number[] = [];

  private constructor(
    private readonly gateway: Gateway,
    private readonly databasePort: number,
  ) {
    this.processes = descendants(gateway.pid);
    this.memory = residentBytes(gateway.pid);
    this.databaseSockets = openSockets(databasePort);
  }

  /** One that compares with what there is now. */
  static async of(gateway: Gateway, databaseUrl: string): Promise<Watch> {
    const watch = new Watch(gateway, Number(new URL(databaseUrl).port));
    watch.gauges = await watch.read();
    return watch;
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
  async remains(): Promise<readonly string[]> {
    const deadline = Date.now() + SETTLE_MS;
    let left = await this.left();
    while (left.length > 0 && Date.now() < deadline) {
      await delay(LOOK_MS);
      left = await this.left();
    }
    return left;
  }

  private async left(): Promise<readonly string[]> {
    const gauges = await this.read();
    const sockets = await metric(this.gateway, 'edge_hive_sockets');
    const [connections = 0] = gauges;
    const growth = residentBytes(this.gateway.pid) - this.memory;
    const databaseSockets = openSockets(this.databasePort) - this.databaseSockets;
    return [
      ...GAUGES.flatMap((name, n) => {
        const [before = 0, now = 0] = [this.gauges[n], gauges[n]];
        return now <= before ? [] : [`${name} is ${now}, and was ${before}.`];
      }),
      ...(sockets <= connections + OWN_SOCKETS
        ? []
        : [`${sockets} sockets are open, and not ${connections} with its own.`]),
      ...(databaseSockets <= DATABASE_SOCKETS
        ? []
        : [`${databaseSockets} sockets more than before are open at the database.`]),
      ...(growth < GROWTH_BYTES ? [] : [`The service has ${growth} bytes of memory more than before.`]),
    ];
  }

  /** One after the other: each that waits has a socket of its own. */
  private async read(): Promise<number[]> {
    const values: number[] = [];
    for (const name of GAUGES) values.push(await metric(this.gateway, name));
    return values;
  }
}

/** How many sockets of this machine's the listener at a port has, in whichever state but over. */
function openSockets(port: number): number {
  const listening = port.toString(16).toUpperCase().padStart(4, '0');
  const [LISTEN, TIME_WAIT] = ['0A', '06'];
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(`:${listening}`) && state !== LISTEN && state !== TIME_WAIT)
    .length;
}

/** 0 for a process that has ended. */
function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
