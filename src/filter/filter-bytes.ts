import type { Condition } from './condition.js';
import type { Place } from './index-node.js';
import { isComposite } from './operand.js';
import type { RowQuestion } from './row-question.js';
import { approximateBytes } from '../values/byte-size.js';

/*
 * Memory that V8 takes, about, rather more than less: filter-bytes.spec.ts holds these to what is measured.
 */
const COMPARISON = 768;
const ELEMENT = 96;
/** What a text beside itself may stand for: dates, durations and decimals are kept apart from it. */
const READ_TEXT = 160;
const STEP = 160;
const KEY = 16;
const NODE = 128;
const INNER_NODE = 832;
const RANGE = 2_560;

/** What a condition takes once it is compiled. */
export function conditionBytes(condition: Condition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.reduce((bytes, part) => bytes + conditionBytes(part), ELEMENT);
    case 'not':
      return ELEMENT + conditionBytes(condition.of);
    case 'compare':
      return COMPARISON + operandBytes(condition.operand);
    case 'asked':
      return questionBytes(condition.question);
  }
}

function questionBytes({ key, pieces, values }: RowQuestion): number {
  return COMPARISON + 2 * key.length + 2 * pieces.join('').length + approximateBytes(values);
}

/** What the entries of an index take that find an item at these places. */
export function placesBytes(places: readonly Place[]): number {
  return places.reduce((bytes, place) => bytes + placeBytes(place), 0);
}

function placeBytes({ steps, range }: Place): number {
  let bytes = STEP;
  let nodes = 1;
  for (const [depth, { keys }] of steps.entries()) {
    const isLast = depth === steps.length - 1 && !range;
    nodes *= keys.length;
    bytes += STEP + KEY * keys.length + INNER_NODE + nodes * (isLast ? NODE : INNER_NODE);
  }
  return range ? bytes + nodes * RANGE : bytes;
}

function operandBytes(operand: unknown): number {
  if (typeof operand === 'string') return ELEMENT + 2 * operand.length + (/^[-+\d]/.test(operand) ? READ_TEXT : 0);
  if (!isComposite(operand)) return ELEMENT;
  return Object.entries(operand).reduce((bytes, [key, item]) => bytes + 2 * key.length + operandBytes(item), ELEMENT);
}
