import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { CommandError } from '../errors/command-error.js';
import type { Connection } from './connection.js';
import { LimitedLog } from '../errors/limited-log.js';
import type { CommandFrame } from './parse-frame.js';

/** Answers a command that failed with an `error` frame. What the service didn't expect is logged, and not told. */
@Catch()
@Injectable()
export class CommandFilter implements ExceptionFilter {
  private readonly log = new LimitedLog(CommandFilter.name);

  catch(exception: unknown, host: ArgumentsHost): void {
    const [connection, frame] = host.getArgs<[Connection, CommandFrame]>();
    this.refuse(connection, frame, exception);
  }

  refuse(connection: Connection, { id }: { readonly id?: string | undefined }, exception: unknown): void {
    connection.refuse(this.errorOf(exception), id);
  }

  private errorOf(exception: unknown): CommandError {
    if (exception instanceof CommandError) return exception;
    // What Nest throws for a guard that only says no.
    if (exception instanceof WsException) return new CommandError('FORBIDDEN', 'Not allowed.');
    this.log.error('A command failed.', exception);
    return new CommandError('INTERNAL', 'The command failed.');
  }
}
