import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Change } from '../surreal/change.js';
import type { Database } from '../surreal/database.js';
import { ChangeLog } from './change-log.js';
import { RowBudget } from './row-budget.js';
import { RowIndex } from './row-index.js';

const id = new RecordId('notes', 1);

function deletion(stamp: bigint): Change {
  const place = { stamp, index: 0 };
  return new Change({
    table: 'notes',
    id,
    action: 'DELETE',
    previous: { kind: 'unknown' },
    place,
    cursor: `c${stamp}`,
    time: 0,
  });
}

describe('RowIndex', () => {
  it('does not take what a record has become for what it was when it was deleted before', async () => {
    const log = new ChangeLog(1_000_000);
    const deleted = deletion(1n);
    // The reader is behind: what the rows contain already, it tells later.
    let isRead = false;
    const read = () => {
      if (isRead) return;
      isRead = true;
      log.append(deleted);
      index.apply(deleted);
    };
    const database = {
      hiddenFields: async () => [],
      snapshots: {
        read: async () => ({ rows: [{ id, owner: 'alice' }], stamps: new Set([1n]), contains: () => true }),
      },
      reached: async () => read(),
    };
    const index = new RowIndex('notes', database as unknown as Database, log, new RowBudget(1_000_000));
    await index.cover([['owner']]);
    read();
    expect(deleted.beforeKnown).toBe(false);

    const later = deletion(2n);
    index.apply(later);
    expect(later.before).toMatchObject({ owner: 'alice' });
  });
});
