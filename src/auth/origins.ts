/** The list that `ALLOWED_ORIGINS` holds: comma-separated, spaces around entries ignored. */
export function parseOrigins(list: string): readonly string[] {
  return list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
}

/**
 * Whether a browser page of this origin may connect. Compared exactly. No Origin is let in: what is no browser could
 * send any. An empty list lets every origin in.
 */
export function originAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.length === 0 || allowed.includes(origin);
}
