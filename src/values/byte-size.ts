import { bytesOf, kindOf } from './kind.js';

/** What V8 takes, about: a header, a slot a property, an object of the SDK with its parts. */
const OBJECT_BYTES = 56;
const SLOT_BYTES = 16;
const SDK_OBJECT_BYTES = 160;

/** A cheap estimate of the memory that a decoded value takes, in bytes; good to about a factor of two. */
export function approximateBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 24 + value.length * 2;
    case 'number':
    case 'boolean':
    case 'undefined':
      return 8;
    case 'bigint':
      return 32;
    default:
      return value === null ? 8 : objectBytes(value);
  }
}

function objectBytes(value: unknown): number {
  switch (kindOf(value)) {
    case 'object': {
      let bytes = OBJECT_BYTES;
      for (const item of Object.values(value as object)) bytes += SLOT_BYTES + approximateBytes(item);
      return bytes;
    }
    case 'array':
    case 'set': {
      let bytes = OBJECT_BYTES;
      for (const item of value as Iterable<unknown>) bytes += SLOT_BYTES + approximateBytes(item);
      return bytes;
    }
    case 'bytes':
      return 2 * OBJECT_BYTES + bytesOf(value).byteLength;
    case 'record':
      return 2 * SDK_OBJECT_BYTES + ('id' in (value as object) ? approximateBytes((value as { id: unknown }).id) : 0);
    case 'geometry':
      return SDK_OBJECT_BYTES + JSON.stringify(value).length * 4;
    default:
      return SDK_OBJECT_BYTES;
  }
}
