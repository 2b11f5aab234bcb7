import type { Batch, Work } from './writer.js';
import { BEAT_TABLE, HEAVY_TABLE } from './tables.js';

/** Over several streams, more than the sockets on the way hold for a reader that is busy, and its outbox may. */
const HEAVY_ROWS = 40;
const HEAVY_TEXT = 'x'.repeat(30_000);

/** One record that is written again and again. */
export class BeatWork implements Work {
  private id = 'b0';
  private version = 0;
  private isThere = false;

  next(): Batch {
    const row = { version: ++this.version };
    return {
      style: 'one by one',
      mutations: [{ action: this.isThere ? 'UPDATE' : 'CREATE', table: BEAT_TABLE, id: this.id, row }],
    };
  }

  done(): void {
    this.isThere = true;
  }

  unknown(): void {
    this.id = `b${this.version}`;
    this.isThere = false;
  }
}

/** Many large rows at once, and then none of them: in turns. */
export class HeavyWork implements Work {
  private names = 0;
  private written: readonly string[] = [];

  next(): Batch {
    if (this.written.length > 0) {
      const mutations = this.written.map((id) => ({ action: 'DELETE' as const, table: HEAVY_TABLE, id }));
      return { style: 'statements', mutations };
    }
    const mutations = Array.from({ length: HEAVY_ROWS }, () => {
      const row = { version: ++this.names, text: HEAVY_TEXT };
      return { action: 'CREATE' as const, table: HEAVY_TABLE, id: `h${this.names}`, row };
    });
    return { style: 'bulk', mutations };
  }

  done({ mutations }: Batch): void {
    this.written = this.written.length > 0 ? [] : mutations.map(({ id }) => id);
  }

  unknown(): void {
    this.written = [];
  }
}
