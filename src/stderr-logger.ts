import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** Of these parts of Nest only what goes wrong is worth a line: they tell of each module, route and handler at every start. */
const CHATTY = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'WebSocketsController']);
/** Errors at the start are printed by who starts the service, without a stack where they are expected. */
const STARTER = 'ExceptionHandler';

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'];

/** Logs to standard error: standard output is for what whoever starts the service waits for. */
export class StderrLogger extends ConsoleLogger {
  /** @param least the least severity that is logged */
  constructor(least: LogLevel) {
    super({ logLevels: LEVELS.slice(0, LEVELS.indexOf(least) + 1), colors: process.stderr.isTTY });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!CHATTY.has(String(rest.at(-1)))) super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== STARTER) super.error(message, ...rest);
  }

  protected override printMessages(messages: unknown[], context?: string, logLevel?: LogLevel): void {
    super.printMessages(messages, context, logLevel, 'stderr');
  }
}
