import { describe, expect, it } from '@jest/globals';
import {
  CborCodec,
  DateTime,
  Decimal,
  Duration,
  FileRef,
  GeometryPoint,
  Range,
  RecordId,
  Table,
  Uuid,
  BoundIncluded,
  BoundExcluded,
} from 'surrealdb';
import { Change } from '../../surreal/changes/change.js';
import { decodeEntry, type RawChange } from '../../surreal/entries/feed-entry.js';
import { readChanges, readMark, writeChanges, writeMark } from './written-changes.js';

const codec = new CborCodec({});

/** One of each kind of value that SurrealDB has, and what of them is easily lost. */
const ROW = {
  id: new RecordId('all', [1, 'two']),
  none: undefined,
  nil: null,
  whole: 9_007_199_254_740_993n,
  half: 0.5,
  text: 'ünï\u2028😀',
  decimal: new Decimal('1.20'),
  time: new DateTime('2026-01-01T00:00:00.123456789Z'),
  span: new Duration('1h30m'),
  uuid: new Uuid('018c7d3e-0000-7000-8000-000000000000'),
  bytes: new Uint8Array([0, 1, 255]).buffer,
  table: new Table('other'),
  point: new GeometryPoint([1.5, 2.5]),
  range: new Range(new BoundIncluded(1), new BoundExcluded(5)),
  file: new FileRef('bucket', '/path'),
  list: [{ deep: [undefined, null] }],
};
const PLACE = { stamp: 116_000_000_000_000_000_001n, index: 3 };
const CONTEXT = { place: PLACE, cursor: 'cursor-1', time: 1_795_000_000_123, overdue: true };

const encoded = (value: unknown) => Buffer.from(codec.encode(value)).toString('hex');

/** All that a change tells. */
function told(change: Change): unknown {
  const { table, key, action, place, cursor, time, overdue, beforeKnown, hasImage } = change;
  const rows = [change.id, change.after, change.before].map(encoded);
  return { table, key, action, place, cursor, time, overdue, beforeKnown, hasImage, rows };
}

function fromFeed(raw: RawChange): Change {
  const source = codec.encode(raw);
  const entry = decodeEntry({ ...codec.decode<RawChange>(source), source }, CONTEXT);
  if (!(entry instanceof Change)) throw new Error('it is a change');
  return entry;
}

function across(changes: readonly Change[]): Change[] {
  const { places, body } = writeChanges(changes);
  return readChanges(JSON.parse(JSON.stringify(places)) as typeof places, body);
}

describe('changes on their way to a worker', () => {
  it('are the same there, as the changefeed has them', () => {
    const changes = [
      fromFeed({ update: ROW }),
      fromFeed({ current: ROW, update: [{ op: 'replace', path: '/half', value: 1.5 }] }),
      fromFeed({ delete: { id: ROW.id, original: ROW } }),
      fromFeed({ delete: { id: ROW.id } }),
    ];
    expect(across(changes).map(told)).toEqual(changes.map(told));
  });

  it('are the same there, as live queries tell them', () => {
    const { place: _, ...context } = CONTEXT;
    const parts = { ...context, overdue: false, id: ROW.id, table: 'all' };
    const changes = [
      new Change({ ...parts, action: 'CREATE', after: ROW, previous: { kind: 'absent' } }),
      new Change({ ...parts, action: 'UPDATE', after: ROW, previous: { kind: 'row', row: { ...ROW, half: 2.5 } } }),
      new Change({ ...parts, action: 'DELETE', previous: { kind: 'unknown' } }),
    ];
    expect(across(changes).map(told)).toEqual(changes.map(told));
  });

  it('leave their places as they are', () => {
    const mark = { table: 'all', place: PLACE, cursor: 'cursor-2' };
    expect(readMark(JSON.parse(JSON.stringify(writeMark(mark))) as ReturnType<typeof writeMark>)).toEqual(mark);
  });
});
