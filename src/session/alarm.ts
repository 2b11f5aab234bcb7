/** Longest delay of a timer in Node: a longer one would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** Does one thing at one time, however far ahead. */
export class Alarm {
  private timer: NodeJS.Timeout | undefined;

  /** Replaces what was set before. `at` is a Unix time in milliseconds. */
  set(at: number, action: () => void): void {
    this.clear();
    const delay = at - Date.now();
    this.timer =
      delay > LONGEST_DELAY
        ? setTimeout(() => this.set(at, action), LONGEST_DELAY)
        : setTimeout(action, Math.max(0, delay));
    this.timer.unref();
  }

  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
