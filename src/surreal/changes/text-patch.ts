const HEADER = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@$/;

/**
 * Applies a diff-match-patch text patch, as SurrealDB's changefeed writes it for strings, strictly: every context and
 * every removed character has to be there. (The libraries for this format search for the nearest place that looks alike,
 * which would turn a patch that doesn't belong to the text into a wrong answer.) Positions count code points.
 *
 * @returns `undefined` when the patch doesn't fit the text.
 */
export function applyTextPatch(text: string, patch: string): string | undefined {
  const points = Array.from(text);
  let position = -1;
  for (const line of patch.split('\n')) {
    if (line === '') continue;
    const header = HEADER.exec(line);
    if (header) {
      // A length of 0 leaves the position as it is; otherwise it counts from 1.
      position = header[2] === '0' ? Number(header[1]) : Number(header[1]) - 1;
      continue;
    }
    const part = decode(line.slice(1));
    if (part === undefined || position < 0 || position > points.length) return undefined;
    if (line.startsWith('+')) {
      insert(points, position, part);
    } else {
      if (!part.every((point, offset) => points[position + offset] === point)) return undefined;
      if (line.startsWith('-')) points.splice(position, part.length);
      else if (!line.startsWith(' ')) return undefined;
    }
    if (!line.startsWith('-')) position += part.length;
  }
  return points.join('');
}

/** Not by `splice`: a long text has more characters than a call may have arguments. */
function insert(points: string[], position: number, part: readonly string[]): void {
  const rest = points.splice(position);
  for (const point of part) points.push(point);
  for (const point of rest) points.push(point);
}

function decode(escaped: string): string[] | undefined {
  try {
    return Array.from(decodeURIComponent(escaped));
  } catch {
    return undefined;
  }
}
