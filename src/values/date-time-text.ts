import { DateTime } from 'surrealdb';

/** What SurrealDB can hold, in seconds: the years -262143 to 262142. It answers nothing to a query with one beyond. */
const FIRST_SECOND = -8_334_601_228_800;
const LAST_SECOND = 8_210_266_876_799;

const ISO = /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * ISO 8601 in UTC with as many digits of a second as there are, three at least. The SDK's own text rounds through a
 * float: `…:00.999999999Z` becomes `…:01.999999999Z`.
 */
export function dateTimeText(value: DateTime): string {
  const [seconds, nanoseconds] = value.toCompact();
  const whole = new Date(Number(seconds) * 1000).toISOString();
  if (nanoseconds === 0n) return whole;
  const digits = nanoseconds
    .toString()
    .padStart(9, '0')
    .replace(/0{1,6}$/, '');
  return `${whole.slice(0, -4)}${digits}Z`;
}

/** The instant that an ISO 8601 text names, to the nanosecond. Without a zone it is UTC, a date alone its midnight. */
export function parseDateTime(text: string): DateTime | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  // Date.parse takes 31 April for 1 May.
  if (Number.isNaN(milliseconds) || Number(day) > daysIn(Number(year), Number(month))) return undefined;
  const seconds = milliseconds / 1000;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined;
  return new DateTime([BigInt(seconds), BigInt(fraction.padEnd(9, '0'))]);
}

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
