export interface HeartbeatTimes {
  /** After this many milliseconds of silence the server is asked for a sign of life. */
  interval: number;
  /** How many milliseconds it has for that. */
  timeout: number;
}

/** Watches for silence. A browser doesn't show a page the server's WebSocket pings, nor a connection that is half open. */
export class Heartbeat {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastHeard = 0;

  constructor(
    private readonly ask: () => void,
    private readonly giveUp: () => void,
  ) {}

  start(times: HeartbeatTimes): void {
    this.stop();
    this.lastHeard = performance.now();
    this.listen(times, times.interval);
  }

  /** Something came. Cheap: called for every frame, it moves no timer. */
  heard(): void {
    this.lastHeard = performance.now();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private listen(times: HeartbeatTimes, delay: number): void {
    this.timer = setTimeout(() => {
      const silence = performance.now() - this.lastHeard;
      if (silence < times.interval) this.listen(times, times.interval - silence);
      else this.askAndWait(times);
    }, delay);
  }

  private askAndWait(times: HeartbeatTimes): void {
    const askedAt = performance.now();
    this.ask();
    this.timer = setTimeout(() => {
      if (this.lastHeard < askedAt) this.giveUp();
      else this.listen(times, times.interval);
    }, times.timeout);
  }
}
