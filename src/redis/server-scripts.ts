import { Command } from 'ioredis';
import type { RedisClients } from './redis-clients.js';
import type { RedisScript } from './redis-script.js';

/** All of the servers of which nobody knows which one has a key. */
const UNKNOWN = '';

/**
 * Scripts on servers: sent as text to a server until it is known to have them, and by name from then on. A server can forget them while
 * commands that name them are on their way, and somebody else can bring them back in between. What is refused for that is sent again,
 * unless something was sent behind it whose order counts, and so does its own: then it fails.
 */
export class ServerScripts {
  private readonly known = new Set<string>();
  /** How many commands whose order counts were sent to each server. */
  private readonly sent = new Map<string, number>();

  constructor(private readonly clients: RedisClients) {
    // Whoever takes the place of a server has none of its scripts.
    clients.commands.on(clients.kind === 'cluster' ? '-node' : 'close', () => this.known.clear());
  }

  /** Bytes of its text, where that has to be sent. */
  bytes(script: RedisScript, [key = '']: readonly string[]): number {
    return this.has(this.serverOf(key), script) ? 0 : script.source.length;
  }

  /** @throws whatever Redis refuses it with */
  async run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const [key = ''] = keys;
    const server = this.serverOf(key);
    const turn = this.count(server, script);
    if (!this.has(server, script)) return this.bring(server, script, keys, args);
    try {
      return await this.clients.commands.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      this.known.delete(nameAt(server, script));
      if (script.ordered && this.sent.get(server) !== turn) throw error;
      this.count(server, script);
      return this.bring(server, script, keys, args);
    }
  }

  private async bring(
    server: string,
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const reply = await this.clients.commands.eval(script.source, keys.length, ...keys, ...args);
    const [key = ''] = keys;
    if (server !== UNKNOWN && server === this.serverOf(key)) this.known.add(nameAt(server, script));
    return reply;
  }

  /** @returns its place among those whose order counts */
  private count(server: string, { ordered }: RedisScript): number {
    const turn = (this.sent.get(server) ?? 0) + (ordered ? 1 : 0);
    this.sent.set(server, turn);
    return turn;
  }

  private has(server: string, script: RedisScript): boolean {
    return this.known.has(nameAt(server, script));
  }

  private serverOf(key: string): string {
    const { clients } = this;
    if (clients.kind === 'server') return 'the one';
    const slot = new Command('get', [key]).getSlot();
    return clients.commands.slots[slot]?.[0] ?? UNKNOWN;
  }
}

function nameAt(server: string, { sha }: RedisScript): string {
  return `${server} ${sha}`;
}
