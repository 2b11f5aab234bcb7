const keys = new WeakMap<object, string>();

/** The key of a row's value, worked out once for all filters that look it up: rows never change. */
export function rememberedKey<T extends object>(value: T, keyOf: (value: T) => string): string {
  let key = keys.get(value);
  if (key === undefined) keys.set(value, (key = keyOf(value)));
  return key;
}
