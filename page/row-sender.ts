import type { RowWrite } from '../src/page/row-write.js';
import type { OwnWrites } from './own-writes.js';
import { recordText } from './record-text.js';

export type Values = RowWrite['values'];

const EVENTS = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE' } as const;

/** As many as the service takes in one request. */
const BURST = 100;

/** Has the service write rows. */
export class RowSender {
  constructor(private readonly writes: OwnWrites) {}

  /** @returns the record's id */
  async create(table: string, id: string | undefined, values: Values): Promise<string> {
    const known = id ?? randomId();
    await this.send([{ action: 'create', table, id: known, values }]);
    return known;
  }

  async update(table: string, id: string, values: Values): Promise<void> {
    await this.send([{ action: 'update', table, id, values }]);
  }

  async delete(table: string, id: string): Promise<void> {
    await this.send([{ action: 'delete', table, id, values: {} }]);
  }

  /** A hundred rows, each a statement of its own, none waiting for another. */
  async burst(table: string, values: Values): Promise<void> {
    await this.send(
      Array.from({ length: BURST }, (_, index) => {
        return { action: 'create', table, id: randomId(), values: { ...values, n: index + 1 } };
      }),
    );
  }

  private async send(writes: readonly RowWrite[]): Promise<void> {
    const body = JSON.stringify({ writes });
    const now = performance.now();
    for (const { action, table, id } of writes) this.writes.started(EVENTS[action], recordText(table, id), now);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch('/page/rows', { method: 'POST', headers, body });
    if (!response.ok) throw new Error(await reasonOf(response));
  }
}

async function reasonOf(response: Response): Promise<string> {
  const answer = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
  return answer?.error?.message ?? `The service answered ${response.status}.`;
}

/** Starts with a letter, so that it needs no brackets in a record id. */
function randomId(): string {
  const digits = crypto.getRandomValues(new Uint32Array(2));
  return `r${Array.from(digits, (digit) => digit.toString(36)).join('')}`.slice(0, 10);
}
