import type { RowTest } from '../filter/compile-condition.js';
import type { Change } from '../surreal/changes/change.js';
import { equalValues } from '../values/compare.js';
import { readPath, type DatabaseRow, type Path } from '../values/path.js';
import type { StreamSpec } from './stream-spec.js';

/** What a change means for a stream. */
export type Verdict =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'event'; readonly transition?: 'enter' }
  /** Only the id is told: the record has left, or nothing else is known of it. */
  | { readonly kind: 'id'; readonly transition?: 'leave' }
  /** Whether the record was the stream's to see can't be told. */
  | { readonly kind: 'unknown' };

const NOTHING: Verdict = { kind: 'nothing' };
const EVENT: Verdict = { kind: 'event' };
const ENTER: Verdict = { kind: 'event', transition: 'enter' };
const ID: Verdict = { kind: 'id' };
const LEAVE: Verdict = { kind: 'id', transition: 'leave' };
const UNKNOWN: Verdict = { kind: 'unknown' };

/** The rows of a stream, as its specification has them. */
export interface RowTests {
  /** The client wants it, and may see it. */
  readonly matches: RowTest;
  /** The policy shows it. */
  readonly visible: RowTest;
}

/** Decides what a stream says of a change. Never silent about a record that matched, never a word about a hidden one. */
export function judge(change: Change, spec: StreamSpec, tests: RowTests): Verdict {
  const { matches } = tests;
  if (!spec.actions.has(change.action)) return NOTHING;
  switch (change.action) {
    case 'CREATE':
      return change.after && matches(change.after) ? EVENT : NOTHING;
    case 'UPDATE':
      return judgeUpdate(change, spec, matches);
    case 'DELETE':
      return judgeDelete(change, spec, tests);
  }
}

function judgeUpdate(change: Change, spec: StreamSpec, matches: RowTest): Verdict {
  const { after } = change;
  if (!after) return NOTHING;
  const isIn = !spec.filtered || matches(after);
  // Where nothing depends on the state before, it isn't worked out.
  if (!spec.filtered && !spec.fields && !spec.mask) return EVENT;
  if (!change.beforeKnown) {
    if (isIn) return EVENT;
    return spec.restricted ? UNKNOWN : LEAVE;
  }
  const { before } = change;
  const wasIn = !spec.filtered || (before !== undefined && matches(before));
  if (!isIn) return wasIn ? LEAVE : NOTHING;
  if (!wasIn) return ENTER;
  return before && showsNothingNew(spec, before, after) ? NOTHING : EVENT;
}

function judgeDelete(change: Change, spec: StreamSpec, { matches, visible }: RowTests): Verdict {
  const before = change.last;
  if (change.knowsBefore(spec.paths)) {
    if (!matches(before)) return NOTHING;
    // Which fields are kept to decide by depends on who else is subscribed: what is told of the record must not.
    return change.hasImage ? EVENT : ID;
  }
  if (!spec.restricted) return ID;
  // What the client's own filter would say hides nothing from it.
  if (change.knowsBefore(spec.rightsPaths)) return visible(before) ? ID : NOTHING;
  return UNKNOWN;
}

/** Whether what is delivered of a record is what it was. */
function showsNothingNew({ fields, mask }: StreamSpec, before: DatabaseRow, after: DatabaseRow): boolean {
  if (!fields && !mask) return false;
  const [was, is] = mask ? [mask(before), mask(after)] : [before, after];
  return fields ? sameIn(fields, was, is) : equalValues(was, is);
}

function sameIn(paths: readonly Path[], before: DatabaseRow, after: DatabaseRow): boolean {
  return paths.every((path) => equalValues(readPath(before, path), readPath(after, path)));
}
