import type { FaultKind } from './fault.js';
import type { WiredClient } from './wired-client.js';

interface Waiting {
  readonly kind: FaultKind;
  readonly since: number;
}

/**
 * How long it takes until each client that a fault hits is told again what is written: from a moment (a fault's end; its
 * beginning where clients can leave what it hit) to the first event of a commit, or message of a publish, behind that moment.
 */
export class Recoveries {
  readonly times = new Map<FaultKind, number[]>();
  private readonly waiting = new Map<WiredClient, Waiting[]>();

  constructor(clients: readonly WiredClient[]) {
    for (const client of clients) client.onBeat = (committed) => this.delivered(client, committed);
  }

  begin(kind: FaultKind, clients: readonly WiredClient[]): void {
    for (const client of clients) {
      this.waiting.set(client, [...(this.waiting.get(client) ?? []), { kind, since: Date.now() }]);
    }
  }

  private delivered(client: WiredClient, committed: number): void {
    const waiting = this.waiting.get(client);
    if (!waiting) return;
    this.waiting.set(
      client,
      waiting.filter(({ kind, since }) => {
        if (committed < since) return true;
        this.times.set(kind, [...(this.times.get(kind) ?? []), Date.now() - since]);
        return false;
      }),
    );
  }
}
