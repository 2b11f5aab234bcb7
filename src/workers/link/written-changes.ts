import { CborCodec } from 'surrealdb';
import { Change, type ChangeParts, type FeedMark, type FeedPlace } from '../../surreal/changes/change.js';
import { decodeEntry, type RawChange } from '../../surreal/entries/feed-entry.js';

/** Where a change stands, and how many bytes of the body are its own. The rest of it is there. */
export interface WrittenPlace {
  /** Absent when it came from a live query. */
  readonly at?: readonly [string, number];
  readonly cursor: string;
  readonly time: number;
  readonly overdue?: true;
  /** Absent: what the changefeed says of it. */
  readonly parts?: true;
  readonly bytes: number;
}

export interface WrittenMark {
  readonly table?: string;
  readonly at: readonly [string, number];
  readonly cursor: string;
}

/** What of a change is in the body where the changefeed's own words aren't known. */
type Body = Pick<ChangeParts, 'id' | 'action' | 'after' | 'previous'>;

const codec = new CborCodec({});

export interface WrittenChanges {
  readonly places: readonly WrittenPlace[];
  readonly body: Uint8Array;
}

/** @throws Error for a value that can't be encoded */
export function writeChanges(changes: readonly Change[]): WrittenChanges {
  const bodies = changes.map((change) => change.source ?? codec.encode(partsOf(change)));
  const places = changes.map(({ place, cursor, time, overdue, source }, index): WrittenPlace => ({
    ...(place && { at: [String(place.stamp), place.index] }),
    cursor,
    time,
    ...(overdue && { overdue }),
    ...(!source && { parts: true }),
    bytes: bodies[index]?.length ?? 0,
  }));
  return { places, body: Buffer.concat(bodies) };
}

export function readChanges(places: readonly WrittenPlace[], body: Uint8Array): Change[] {
  let start = 0;
  return places.map((written) => readChange(written, body.subarray(start, (start += written.bytes))));
}

export function writeMark({ table, place, cursor }: FeedMark): WrittenMark {
  return { ...(table !== undefined && { table }), at: [String(place.stamp), place.index], cursor };
}

export function readMark({ table, at, cursor }: WrittenMark): FeedMark {
  return { table, place: placeOf(at), cursor };
}

function readChange({ at, cursor, time, overdue, parts }: WrittenPlace, bytes: Uint8Array): Change {
  const place = at && placeOf(at);
  const context = { cursor, time, overdue: overdue === true };
  if (parts || !place) {
    const body = codec.decode<Body>(bytes);
    return new Change({ ...body, ...context, table: body.id.table.name, ...(place && { place }) });
  }
  const entry = decodeEntry(codec.decode<RawChange>(bytes), { ...context, place });
  // Only what the supervisor read as a change is written as one.
  if (!(entry instanceof Change)) throw new Error('what was written as a change is none');
  return entry;
}

function partsOf(change: Change): Body {
  const { id, action, after, before, beforeKnown } = change;
  const previous: ChangeParts['previous'] = !beforeKnown
    ? { kind: 'unknown' }
    : before
      ? { kind: 'row', row: before }
      : { kind: 'absent' };
  return { id, action, ...(after && { after }), previous };
}

function placeOf([stamp, index]: readonly [string, number]): FeedPlace {
  return { stamp: BigInt(stamp), index };
}
