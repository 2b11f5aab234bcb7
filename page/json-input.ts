/**
 * The JSON object in an input; `undefined` when it is empty.
 *
 * @throws Error that names the input by its label
 */
export function readObject(input: HTMLInputElement, label: string): Record<string, unknown> | undefined {
  const text = input.value.trim();
  if (text === '') return undefined;
  const value = parse(text, label);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${label} has to be a JSON object, such as {"room":"general"}.`);
  }
  return value as Record<string, unknown>;
}

function parse(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${label} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
