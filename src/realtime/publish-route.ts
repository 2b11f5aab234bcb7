import { Injectable } from '@nestjs/common';
import { CommandFilter } from './command.filter.js';
import { CommandGuard } from './command.guard.js';
import type { Reply } from '../session/replies-in-turn.js';
import type { Session } from '../session/session.js';
import { FrameShape } from './frame-shape.js';
import { PublishDto } from './frames/publish.dto.js';
import type { CommandFrame } from './parse-frame.js';
import type { PublishText } from './publish-text.js';
import { Publisher } from './publisher.js';

/**
 * The way of `publish`, the command of which thousands come in a second: through the same guard, validation and filter as
 * in Nest's pipeline, in one turn. The promises that Nest makes of a command cost more than all the rest of a publish.
 *
 * One that is written as usual isn't even made an object of, and what was decided about its channel is remembered.
 *
 * Closed where the application has guards, pipes or interceptors for every handler: Nest serves it then, as any other
 * command.
 */
@Injectable()
export class PublishRoute {
  open = true;
  private readonly shape = new FrameShape(PublishDto);

  constructor(
    private readonly guard: CommandGuard,
    private readonly filter: CommandFilter,
    private readonly publisher: Publisher,
  ) {}

  /** @returns when there is something to wait for. Never throws, nor rejects. */
  serve(session: Session, frame: CommandFrame): Promise<void> | undefined {
    try {
      const checked = this.guard.check(session, frame);
      const published = checked ? checked.then(() => this.publish(session, frame)) : this.publish(session, frame);
      return published?.catch((error: unknown) => this.filter.refuse(session, frame, error));
    } catch (error) {
      this.filter.refuse(session, frame, error);
      return undefined;
    }
  }

  /** The same for a frame that was read as text, whose fields are right. */
  serveText(session: Session, frame: PublishText): Promise<void> | undefined {
    try {
      const permit = session.permits?.get(frame.channel);
      const published = permit ? this.publisher.publishText(session, frame, permit) : this.decide(session, frame);
      return published?.catch((error: unknown) => this.filter.refuse(session, frame, error));
    } catch (error) {
      this.filter.refuse(session, frame, error);
      return undefined;
    }
  }

  /**
   * The same beside other publishes of the connection that wait. @returns its reply, for its turn; `undefined` where nothing is decided
   * about its channel yet, and nothing was done
   */
  serveBeside(session: Session, frame: PublishText): Promise<Reply> | undefined {
    const permit = session.permits?.get(frame.channel);
    if (!permit) return undefined;
    return this.publisher.publishBeside(session, frame, permit).catch((error: unknown) => {
      return () => this.filter.refuse(session, frame, error);
    });
  }

  /** @throws CommandError BAD_FRAME, RATE_LIMITED, UNAVAILABLE */
  private publish(session: Session, frame: CommandFrame): Promise<void> | undefined {
    return this.publisher.publish(session, this.shape.read(frame) as PublishDto);
  }

  /** @throws CommandError UNAUTHENTICATED, FORBIDDEN, BAD_FRAME, RATE_LIMITED, UNAVAILABLE */
  private decide(session: Session, frame: PublishText): Promise<void> | undefined {
    const { channel } = frame;
    const publish = () => this.publisher.publishText(session, frame, this.publisher.permit(session, channel));
    const checked = this.guard.check(session, { type: 'publish', channel });
    return checked ? checked.then(publish) : publish();
  }
}
