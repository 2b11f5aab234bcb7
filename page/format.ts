/** Milliseconds as a reader wants them: `0.8 ms`, `24 ms`, `1.3 s`; a dash for none. */
export function formatMilliseconds(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '–';
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** The time of day of an ISO date, to the millisecond. */
export function formatTime(iso: string): string {
  const date = new Date(iso);
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${date.toLocaleTimeString('en-GB')}.${milliseconds}`;
}
