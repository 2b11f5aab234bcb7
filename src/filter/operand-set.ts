import type { DateTime, Decimal, Duration, RecordId, Uuid } from 'surrealdb';
import { equalValues } from '../values/compare.js';
import { bytesOf, kindOf, type Kind } from '../values/kind.js';
import { compareNumbers, type Numeric } from '../values/number-order.js';
import { recordIdText } from '../values/record-id-text.js';
import { floatsAround, keyedReadings } from './index-key.js';
import { isComparedAlone, typedOperand, type TypedOperand } from './operand.js';
import { rememberedKey } from './remembered-key.js';

/** What a text among the operands is equal to: a text, or a value of one of these kinds that has it for its key. */
const TEXT_KINDS: Partial<Record<Kind, number>> = { string: 1, record: 2, uuid: 4, bytes: 8, decimal: 16 };
const INSTANT_KINDS: Partial<Record<Kind, number>> = { datetime: 1, duration: 2 };

/**
 * Operands of `in`, each read as the type of the value that it is compared with. Whether a value equals one of them is
 * looked up, however many there are; only arrays, objects, and record ids with such a key, are compared one by one.
 */
export class OperandSet {
  /** By text or key, the kinds of values that it stands for. */
  private readonly texts = new Map<string, number>();
  private instants: Map<bigint, number> | undefined;
  /** JSON's own numbers, equal to all numbers of their value; texts of integers beyond those are equal to integers only. */
  private floats: Set<number> | undefined;
  private integers: Set<bigint> | undefined;
  private readonly constants = new Set<unknown>();
  private readonly composites: TypedOperand[] = [];

  constructor(operands: readonly unknown[]) {
    for (const operand of operands) this.add(operand);
  }

  has(value: unknown): boolean {
    const kind = kindOf(value);
    switch (kind) {
      case 'string':
        return this.hasText(value as string, kind);
      case 'null':
      case 'bool':
        return this.constants.has(value);
      case 'number':
        return this.hasNumber(value as number | bigint);
      case 'decimal':
        return this.hasDecimal(value as Decimal);
      case 'record':
        return this.hasRecord(value as RecordId);
      case 'datetime':
      case 'duration':
        return this.instants !== undefined && this.hasInstant(value as DateTime | Duration, kind);
      case 'uuid':
        return this.hasText(rememberedKey(value as Uuid, String), kind);
      case 'bytes':
        return this.hasText(rememberedKey(value as object, base64), kind);
      case 'array':
      case 'object':
        return this.hasComposite(value);
      default:
        // NONE, and what JSON has nothing equal to.
        return false;
    }
  }

  private add(operand: unknown): void {
    switch (kindOf(operand)) {
      case 'string':
        return this.addText(operand as string);
      case 'number':
        (this.floats ??= new Set()).add(operand as number);
        return;
      case 'array':
      case 'object':
        this.composites.push(typedOperand(operand));
        return;
      default:
        this.constants.add(operand);
    }
  }

  private addText(text: string): void {
    this.addKey(text, 'string');
    for (const [kind, key] of keyedReadings(text)) {
      if (kind === 'decimal') this.addKey(decimalKey(key as Decimal), kind);
      else if (kind === 'number') (this.integers ??= new Set()).add(BigInt(text));
      else if (typeof key === 'bigint') this.addInstant(key, kind);
      else this.addKey(key as string, kind);
    }
    if (isComparedAlone(text)) this.composites.push(typedOperand(text));
  }

  private addKey(key: string, kind: Kind): void {
    this.texts.set(key, (this.texts.get(key) ?? 0) | (TEXT_KINDS[kind] ?? 0));
  }

  private addInstant(nanoseconds: bigint, kind: Kind): void {
    this.instants ??= new Map<bigint, number>();
    this.instants.set(nanoseconds, (this.instants.get(nanoseconds) ?? 0) | (INSTANT_KINDS[kind] ?? 0));
  }

  private hasText(key: string, kind: Kind): boolean {
    return ((this.texts.get(key) ?? 0) & (TEXT_KINDS[kind] ?? 0)) !== 0;
  }

  private hasInstant({ nanoseconds }: DateTime | Duration, kind: Kind): boolean {
    return ((this.instants?.get(nanoseconds) ?? 0) & (INSTANT_KINDS[kind] ?? 0)) !== 0;
  }

  private hasNumber(value: number | bigint): boolean {
    if (this.hasFloat(value, Number(value))) return true;
    if (!this.integers) return false;
    if (typeof value === 'bigint') return this.integers.has(value);
    return Number.isInteger(value) && this.integers.has(BigInt(value));
  }

  /** A decimal may equal a float that isn't the nearest one. */
  private hasDecimal(value: Decimal): boolean {
    if (this.hasText(rememberedKey(value, decimalKey), 'decimal')) return true;
    if (!this.floats) return false;
    return [value.toFloat(), ...floatsAround(value)].some((float) => this.hasFloat(value, float));
  }

  private hasFloat(value: Numeric, float: number): boolean {
    return this.floats !== undefined && this.floats.has(float) && compareNumbers(value, float) === 0;
  }

  /** One whose key is an array or object can be written in several ways. A range of record ids has no id. */
  private hasRecord(value: RecordId): boolean {
    if (!('id' in value)) return false;
    if (this.hasText(rememberedKey(value, recordIdText), 'record')) return true;
    const id: unknown = value.id;
    return typeof id === 'object' && kindOf(id) !== 'uuid' && this.hasComposite(value);
  }

  private hasComposite(value: unknown): boolean {
    return this.composites.some((typed) => equalValues(value, typed(value)));
  }
}

function base64(bytes: object): string {
  return Buffer.from(bytesOf(bytes)).toString('base64');
}

/** The same for the same value, however many zeros it is written with. */
function decimalKey(decimal: Decimal): string {
  const { int } = decimal;
  let { frac, scale } = decimal;
  while (scale > 0 && frac % 10n === 0n) {
    frac /= 10n;
    scale -= 1;
  }
  return `${int} ${frac} ${scale}`;
}
