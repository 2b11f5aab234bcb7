import { Injectable, type WsMessageHandler } from '@nestjs/common';
import { CommandError } from '../errors/command-error.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { servedBytes, type ReceivedFrame } from '../session/command-queue.js';
import type { Reply } from '../session/replies-in-turn.js';
import type { Session } from '../session/session.js';
import { parseFrame } from './parse-frame.js';
import { PublishRoute } from './publish-route.js';
import { isPublish, readPublish } from './publish-text.js';

/** Bytes of a refused frame that are still parsed, for its `id`. */
const REFUSED_BYTES = 16 * 1024;
/** Characters of an unknown type that its error repeats. */
const SHOWN_LENGTH = 64;

/** Hands each frame to the handler of its type. What is wrong with it is answered, never thrown. */
@Injectable()
export class Dispatcher {
  constructor(
    private readonly metrics: MetricsService,
    private readonly publishes: PublishRoute,
  ) {}

  dispatch(
    session: Session,
    received: ReceivedFrame,
    handlers: readonly WsMessageHandler[],
  ): Promise<unknown> | undefined {
    if (received.refused) {
      this.refuse(session, received);
      return undefined;
    }
    const publish =
      received.binary || !this.publishes.open ? undefined : readPublish(received.data, session.permits?.last);
    if (publish) {
      this.metrics.framesReceived.inc('publish');
      return this.publishes.serveText(session, publish);
    }
    const parsed = parseFrame(received);
    if (!parsed.ok) {
      this.metrics.framesReceived.inc('');
      session.refuse(new CommandError('BAD_FRAME', parsed.fault), parsed.id);
      session.inbox.violated();
      return undefined;
    }
    const { frame } = parsed;
    this.metrics.framesReceived.inc(frame.type);
    if (frame.type === 'publish' && this.publishes.open) return this.publishes.serve(session, frame);
    const handler = handlers.find(({ message }) => message === frame.type);
    if (handler && session.canHold(servedBytes(received))) return handler.callback(frame) as Promise<unknown>;
    session.refuse(handler ? tooMuch() : unknownType(handlers, frame.type), frame.id);
    return undefined;
  }

  /** Publishes of a connection needn't wait for each other, if the broker makes them wait. */
  isPublish({ data, binary }: ReceivedFrame): boolean {
    return !binary && isPublish(data);
  }

  /** Publishes beside other publishes of the connection that wait. @returns `undefined` where it has to wait for them */
  publishBeside(session: Session, { data, binary, refused }: ReceivedFrame): Promise<Reply> | undefined {
    if (refused || binary || !this.publishes.open) return undefined;
    const publish = readPublish(data, session.permits?.last);
    const reply = publish && this.publishes.serveBeside(session, publish);
    if (reply) this.metrics.framesReceived.inc('publish');
    return reply;
  }

  private refuse(session: Session, received: ReceivedFrame): void {
    this.metrics.framesReceived.inc('');
    const parsed = received.data.length > REFUSED_BYTES ? undefined : parseFrame(received);
    const id = parsed?.ok ? parsed.frame.id : parsed?.id;
    session.refuse(new CommandError('RATE_LIMITED', 'Too many commands: send fewer a second.'), id);
  }
}

function tooMuch(): CommandError {
  return new CommandError('RATE_LIMITED', 'As much is held for all clients as may be: send less, or a little later.');
}

function unknownType(handlers: readonly WsMessageHandler[], type: string): CommandError {
  const known = handlers.map(({ message }) => String(message)).join(', ');
  const shown = JSON.stringify(type.slice(0, SHOWN_LENGTH));
  return new CommandError('UNKNOWN_TYPE', `type: there is no command ${shown}, but ${known}.`);
}
