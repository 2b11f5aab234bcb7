import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { TestClient } from './client.js';
import type { Gateway } from './gateway.js';
import { descendants } from './processes.js';

/** The workers of a gateway: of what it has started, those that run what it runs. */
export function workersOf({ pid }: Gateway): readonly number[] {
  const command = commandOf(pid).split('\0').at(1);
  return descendants(pid).filter((child) => command !== undefined && commandOf(child).split('\0').includes(command));
}

/** Which of some processes a client of this machine is connected to. */
export function connectedTo({ socket }: TestClient, pids: readonly number[]): number {
  const inode = inodeOf(portsOf(socket));
  const owner = pids.find((pid) => filesOf(pid).includes(`socket:[${inode}]`));
  if (owner === undefined) throw new Error('None of these processes has the other end.');
  return owner;
}

interface Ports {
  readonly localPort: number;
  readonly remotePort: number;
}

/** Of both ends, which `ws` keeps to itself. */
function portsOf(socket: object): Ports {
  return Reflect.get(socket, '_socket') as Ports;
}

/** Of the socket at the other end. */
function inodeOf({ localPort, remotePort }: Ports): string {
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const [, near = '', far = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
    if (near.endsWith(hex(remotePort)) && far.endsWith(hex(localPort)) && inode !== '0') return inode;
  }
  throw new Error(`No socket has the ports ${remotePort} and ${localPort}.`);
}

function hex(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

function filesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return readlinkSync(`${folder}/${name}`);
    } catch {
      return [];
    }
  });
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
