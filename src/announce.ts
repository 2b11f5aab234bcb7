import { Logger } from '@nestjs/common';

/** What a user has to know of a service that listens. */
export interface Announcement {
  readonly log: readonly string[];
  readonly warnings: readonly string[];
  /** Of the output. The last says that it listens. */
  readonly lines: readonly string[];
}

export function announce({ log, warnings, lines }: Announcement): void {
  const logger = new Logger('Start');
  for (const text of log) logger.log(text);
  for (const text of warnings) logger.warn(text);
  process.stdout.write([...lines, ''].join('\n'));
}
