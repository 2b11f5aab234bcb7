import { createHash } from 'node:crypto';
import type { Action } from '@edge-hive/protocol';
import { CommandError } from '../errors/command-error.js';
import { canonicalText } from '../filter/canonical.js';
import { conditionPaths } from '../filter/condition-paths.js';
import { EVERY_ROW, type Condition } from '../filter/condition.js';
import { conditionBytes } from '../filter/filter-bytes.js';
import { parseFilter, type FilterLimits } from '../filter/parse-filter.js';
import { compileMasks, hidesAlways, type RowMask } from '../filter/row-mask.js';
import { questionsOf } from '../filter/questions-of.js';
import type { RowQuestion } from '../filter/row-question.js';
import type { FieldMask, RowRights } from '../filter/row-rights.js';
import { parsePath, pathText, type Path } from '../values/path.js';
import type { TopicRequest } from './topic-request.js';

const ACTIONS: readonly Action[] = ['CREATE', 'UPDATE', 'DELETE'];

/** What a stream delivers: subscriptions that amount to the same have the same key, and share one stream. */
export interface StreamSpec {
  readonly key: string;
  /** The client's filter and the policy's `where`. */
  readonly condition: Condition;
  readonly filter: Condition;
  readonly where?: Condition;
  /** What the condition reads. */
  readonly paths: readonly Path[];
  /** What the policy's part of it reads. */
  readonly rightsPaths: readonly Path[];
  readonly filtered: boolean;
  /** Its rows or fields are a client's choice, not the policy's alone. */
  readonly chosen: boolean;
  /** The policy hides rows: nothing may be said of a record that might be hidden. */
  readonly restricted: boolean;
  /** Absent: whole records. */
  readonly fields?: readonly Path[];
  /** Leaves out of a record what isn't the subscriber's to see. Absent: nothing is. */
  readonly mask?: RowMask;
  readonly actions: ReadonlySet<Action>;
  /** What the database has to be asked before a record can be shown. */
  readonly questions: readonly RowQuestion[];
  /** The same for the same rights, on every instance. */
  readonly rightsKey: string;
}

/** @throws CommandError INVALID_FILTER, INVALID_FIELDS, LIMIT_EXCEEDED, FORBIDDEN */
export function streamSpec(request: TopicRequest, rights: RowRights, limits: FilterLimits): StreamSpec {
  const filter = request.filter === undefined ? EVERY_ROW : parseFilter(request.filter, limits);
  for (const path of conditionPaths(filter)) checkAllowed(path, rights, 'filter');
  const fields = request.fields ? selectedFields(request.fields, rights) : rights.fields && minimal(rights.fields);
  const actions = new Set(request.events ?? ACTIONS);
  const condition: Condition = rights.where ? { kind: 'and', of: [filter, rights.where] } : filter;
  const rightsKey = rightsKeyOf(rights);
  return {
    key: digest(
      JSON.stringify([
        canonicalText(filter),
        rightsKey,
        fields?.map(pathText) ?? null,
        ACTIONS.filter((action) => actions.has(action)),
      ]),
    ),
    condition,
    filter,
    ...(rights.where && { where: rights.where }),
    paths: conditionPaths(condition),
    rightsPaths: rights.where ? conditionPaths(rights.where) : [],
    filtered: canonicalText(condition) !== canonicalText(EVERY_ROW),
    chosen: canonicalText(filter) !== canonicalText(EVERY_ROW) || request.fields !== undefined,
    restricted: rights.where !== undefined,
    ...(fields && { fields }),
    ...(rights.masks && { mask: maskOf(rights.masks) }),
    actions,
    questions: questionsOf(rights),
    rightsKey,
  };
}

/** What V8 takes for a stream, about, and for a path. */
const STREAM_BYTES = 2_048;
const PATH_BYTES = 128;

/** What a stream takes that not everybody shares, about. The policy's `where` is held once for all under the same rights. */
export function specBytes({ filter, fields, paths, filtered }: StreamSpec): number {
  if (!filtered && !fields) return 0;
  const selected = (fields ?? []).reduce((bytes, path) => bytes + PATH_BYTES + 2 * pathText(path).length, 0);
  return STREAM_BYTES + conditionBytes(filter) + PATH_BYTES * paths.length + selected;
}

/** Those with thousands of values are looked at once, however many subscriptions they are compared for. */
const rightsKeys = new WeakMap<RowRights, string>();

/** A short text that is the same for the same rights. */
export function rightsKeyOf(rights: RowRights): string {
  const known = rightsKeys.get(rights);
  if (known !== undefined) return known;
  const key = newRightsKey(rights);
  rightsKeys.set(rights, key);
  return key;
}

function newRightsKey({ where, fields, masks }: RowRights): string {
  if (!where && !fields && !masks) return '';
  const masked = masks?.map(({ path, visible }) => [pathText(path), canonicalText(visible)]).sort();
  const text = JSON.stringify([
    where ? canonicalText(where) : null,
    fields?.map(pathText).sort() ?? null,
    ...(masked ? [masked] : []),
  ]);
  return digest(text).slice(0, 22);
}

/** As short for a long filter as for none: it is kept as long as the stream. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Those of equal rights are compiled once, as long as the rights are the same object. */
const compiledMasks = new WeakMap<readonly FieldMask[], RowMask>();

function maskOf(masks: readonly FieldMask[]): RowMask {
  const known = compiledMasks.get(masks) ?? compileMasks(masks);
  compiledMasks.set(masks, known);
  return known;
}

/**
 * Checks what rows are looked up or ordered by: what is left out of a row must not be told by where the row stands.
 *
 * @throws CommandError FORBIDDEN when the rights don't let the path be seen, in every row.
 */
export function checkAllowed(path: Path, rights: RowRights, place: string): void {
  checkSelected(path, rights, place);
  if (rights.masks?.some((mask) => isPrefix(mask.path, path) || isPrefix(path, mask.path)))
    throw hiddenField(path, place);
}

/** @throws CommandError FORBIDDEN when no row shows it */
function checkSelected(path: Path, { fields, masks }: RowRights, place: string): void {
  if (masks?.some((mask) => isPrefix(mask.path, path) && hidesAlways(mask))) throw hiddenField(path, place);
  if (!fields || pathText(path) === 'id' || fields.some((allowed) => isPrefix(allowed, path))) return;
  throw hiddenField(path, place);
}

function hiddenField(path: Path, place: string): CommandError {
  return new CommandError('FORBIDDEN', `${place}: the field ${pathText(path)} is not yours to see.`);
}

function selectedFields(texts: readonly string[], rights: RowRights): readonly Path[] {
  const paths = texts.map((text, index) => {
    const path = parsePath(text);
    if (!path) throw new CommandError('INVALID_FIELDS', `fields[${index}] is no field name or dotted path.`);
    checkSelected(path, rights, 'fields');
    return path;
  });
  return minimal(paths);
}

/** In order, without `id` (which always comes) and without what lies below another. */
function minimal(paths: readonly Path[]): readonly Path[] {
  const distinct = new Map(paths.map((path) => [pathText(path), path]));
  distinct.delete('id');
  const all = [...distinct.values()];
  return all
    .filter((path) => !all.some((other) => other.length < path.length && isPrefix(other, path)))
    .sort((a, b) => (pathText(a) < pathText(b) ? -1 : 1));
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((name, depth) => path[depth] === name);
}
