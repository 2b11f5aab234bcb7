/** The server's time, as it last said, whatever this device's clock says. Until then it is the device's. */
export class ServerClock {
  private ahead = Date.now() - performance.now();

  /** @param time ISO 8601; undefined: a server of an earlier version doesn't say it */
  set(time: string | undefined): void {
    const said = Date.parse(time ?? '');
    if (!Number.isNaN(said)) this.ahead = said - performance.now();
  }

  /** Unix time in milliseconds. It goes on with the timers: both stand still while a device sleeps. */
  get now(): number {
    return performance.now() + this.ahead;
  }
}
