import { Command } from 'ioredis';
import type { RedisClients } from './redis-clients.js';
import type { RedisScript } from './redis-script.js';

/**
 * Which servers have which scripts. A script that a server lacks must not be named to it: others can bring it there while several
 * commands that name it are on their way, and the last of them would be carried out before the first, which have to be sent again.
 */
export class KnownScripts {
  private readonly known = new Set<string>();

  constructor(private readonly clients: RedisClients) {
    // Whoever takes the place of a server has none of its scripts.
    clients.commands.on(clients.kind === 'cluster' ? '-node' : 'close', () => this.known.clear());
  }

  /** Names a script at the server that has this key now; `undefined` where nobody knows which one that is. */
  at(script: RedisScript, key: string): string | undefined {
    const server = this.serverOf(key);
    return server === undefined ? undefined : `${server} ${script.sha}`;
  }

  has(at: string | undefined): at is string {
    return at !== undefined && this.known.has(at);
  }

  add(at: string): void {
    this.known.add(at);
  }

  delete(at: string): void {
    this.known.delete(at);
  }

  private serverOf(key: string): string | undefined {
    const { clients } = this;
    if (clients.kind === 'server') return 'the one';
    const slot = new Command('get', [key]).getSlot();
    return clients.commands.slots[slot]?.[0];
  }
}
