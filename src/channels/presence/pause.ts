/** Changes in one frame from which on a channel is crowded, and how many times as long the next frame then waits. */
export const CROWD = 32;
export const CROWD_PAUSES = 4;

/**
 * Milliseconds from a frame with so many changes to the next. Where many come and go at once, each frame goes to many: they
 * are served better by fewer frames.
 */
export function pauseAfter(changes: number, interval: number): number {
  return changes < CROWD ? interval : CROWD_PAUSES * interval;
}
