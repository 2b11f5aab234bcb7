/**
 * A name of a table or a field as SurrealQL reads it, whatever is in it. The SDK's `escapeIdent` leaves keywords as they
 * are, and lets a backslash before its closing bracket end the name, so that the rest would be read as statements.
 */
export function escapeName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
