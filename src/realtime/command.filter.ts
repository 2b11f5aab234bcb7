import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { CommandError } from '../errors/command-error.js';
import type { Session } from '../session/session.js';
import { LimitedLog } from '../errors/limited-log.js';
import type { CommandFrame } from './parse-frame.js';

/** Answers a command that failed with an `error` frame. What the service didn't expect is logged, and not told. */
@Catch()
@Injectable()
export class CommandFilter implements ExceptionFilter {
  private readonly log = new LimitedLog(CommandFilter.name);

  catch(exception: unknown, host: ArgumentsHost): void {
    const [session, frame] = host.getArgs<[Session, CommandFrame]>();
    this.refuse(session, frame, exception);
  }

  refuse(session: Session, { id }: { readonly id?: string | undefined }, exception: unknown): void {
    session.refuse(this.errorOf(exception), id);
  }

  private errorOf(exception: unknown): CommandError {
    if (exception instanceof CommandError) return exception;
    // What Nest throws for a guard that only says no.
    if (exception instanceof WsException) return new CommandError('FORBIDDEN', 'Not allowed.');
    this.log.error('A command failed.', exception);
    return new CommandError('INTERNAL', 'The command failed.');
  }
}
