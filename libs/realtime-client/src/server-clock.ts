/** The server's time, as it was last told, whatever this device's clock says. Until it is told, it is the device's. */
export class ServerClock {
  private ahead = Date.now() - performance.now();

  /** @param time ISO 8601; undefined: a server of an earlier version doesn't tell it */
  set(time: string | undefined): void {
    const told = Date.parse(time ?? '');
    if (!Number.isNaN(told)) this.ahead = told - performance.now();
  }

  /** Unix time in milliseconds. It goes on with the timers: both stand still while a device sleeps. */
  get now(): number {
    return performance.now() + this.ahead;
  }
}
