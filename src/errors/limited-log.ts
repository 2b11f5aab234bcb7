import { Logger } from '@nestjs/common';

const PERIOD_MS = 10_000;

/** Logs what clients can cause at will: one line in ten seconds, with the number of those left out before it. */
export class LimitedLog {
  private readonly logger: Logger;
  private quietUntil = 0;
  private leftOut = 0;

  constructor(context: string) {
    this.logger = new Logger(context);
  }

  error(message: string, cause: unknown): void {
    const line = this.lineOf(message);
    if (line !== undefined) this.logger.error(line, cause instanceof Error ? cause.stack : String(cause));
  }

  warn(message: string): void {
    const line = this.lineOf(message);
    if (line !== undefined) this.logger.warn(line);
  }

  /** `undefined`: it is not the time for one. */
  private lineOf(message: string): string | undefined {
    const now = performance.now();
    if (now < this.quietUntil) {
      this.leftOut += 1;
      return undefined;
    }
    const before = this.leftOut > 0 ? ` (and ${this.leftOut} such before)` : '';
    this.quietUntil = now + PERIOD_MS;
    this.leftOut = 0;
    return `${message}${before}`;
  }
}
