import type { WsMessageHandler } from '@nestjs/common';
import type { ReceivedFrame } from '../session/command-queue.js';
import type { Reply } from '../session/replies-in-turn.js';
import type { CommandHandler, Session } from '../session/session.js';
import type { Dispatcher } from './dispatcher.js';

/** What answers the commands of one session: the handlers that gateways have bound to it. */
export class Commands implements CommandHandler {
  private handlers: readonly WsMessageHandler[] = [];

  constructor(private readonly dispatcher: Dispatcher) {}

  add(handlers: readonly WsMessageHandler[]): void {
    this.handlers = [...this.handlers, ...handlers];
  }

  serve(session: Session, frame: ReceivedFrame): Promise<unknown> | undefined {
    return this.dispatcher.dispatch(session, frame, this.handlers);
  }

  admitsOthers(frame: ReceivedFrame): boolean {
    return this.dispatcher.isPublish(frame);
  }

  serveBeside(session: Session, frame: ReceivedFrame): Promise<Reply> | undefined {
    return this.dispatcher.publishBeside(session, frame);
  }
}
