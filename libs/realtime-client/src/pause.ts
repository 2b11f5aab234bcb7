import type { Backoff } from './connection/backoff.js';

/** The wait after a refusal that passes: longer from one to the next, until it is reset. */
export class Pause {
  private backoff: Backoff | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param over called when it has passed, and not when it is ended before */
  constructor(
    private readonly newBackoff: () => Backoff,
    private readonly over: () => void,
  ) {}

  get isOn(): boolean {
    return this.timer !== undefined;
  }

  /** Unless it is on already. */
  begin(): void {
    if (this.isOn) return;
    this.backoff ??= this.newBackoff();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.over();
    }, this.backoff.next());
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** The next one is a first one. */
  reset(): void {
    this.backoff = undefined;
  }
}
