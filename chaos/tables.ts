/** Tables that rows are written to, moved and deleted in. */
export const ROW_TABLES = ['item', 'doc', 'paper'] as const;
/** Only ever grows. */
export const LOG_TABLE = 'log';
/** Large rows at once, which overflow the outbox of a reader that is busy. */
export const HEAVY_TABLE = 'heavy';
/** One record, written all the time: who is told of it is up. */
export const BEAT_TABLE = 'beat';

export const TABLES = [...ROW_TABLES, LOG_TABLE, HEAVY_TABLE, BEAT_TABLE] as const;

/** What the gateways are given: two of the tables are restricted by who asks, one of them to some fields. */
export const POLICY = {
  topics: {
    item: { read: 'authenticated' },
    doc: {
      read: 'authenticated',
      where: { owner: '$principal.id' },
      fields: ['owner', 'group', 'n', 'tag', 'version', 'place'],
    },
    paper: { read: 'authenticated', where: { room: { in: '$claims.rooms' } } },
    log: { read: 'authenticated' },
    heavy: { read: 'authenticated' },
    beat: { read: 'authenticated' },
    letter: { read: 'surrealdb' },
    parcel: { read: 'surrealdb' },
    note: { read: 'surrealdb' },
    '*': { read: 'none' },
  },
};
