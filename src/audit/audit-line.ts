/** Characters of a text that is shown: clients choose some. */
const LONGEST = 256;

/** JSON leaves these as they are, but a terminal obeys them, and some readers take them for the end of a line. */
const UNSAFE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One line of JSON, whatever the texts in it are. */
export function auditLine(entry: object): string {
  const json = JSON.stringify(entry, (_, value: unknown) =>
    typeof value === 'string' ? value.slice(0, LONGEST) : value,
  );
  return `${json.replace(UNSAFE, escapeOf)}\n`;
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
