/**
 * What instances write to Redis goes out to clients as it is. Others can write to the same Redis, and what isn't as an instance
 * would have written it must not become part of a frame.
 */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function isTime(value: unknown): value is string {
  return typeof value === 'string' && TIME.test(value);
}

export function isJson(text: string): boolean {
  return parsed(text) !== undefined;
}

export function isJsonObject(text: string): boolean {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
