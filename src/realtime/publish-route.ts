import { Injectable } from '@nestjs/common';
import { CommandFilter } from './command.filter.js';
import { CommandGuard } from './command.guard.js';
import type { Connection } from './connection.js';
import { FrameShape } from './frame-shape.js';
import { PublishDto } from './frames/publish.dto.js';
import type { CommandFrame } from './parse-frame.js';
import type { PublishPermit } from './publish-permits.js';
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
  serve(connection: Connection, frame: CommandFrame): Promise<void> | undefined {
    try {
      this.guard.check(connection, frame);
      const published = this.publisher.publish(connection, this.shape.read(frame) as PublishDto);
      return published?.catch((error: unknown) => this.filter.refuse(connection, frame, error));
    } catch (error) {
      this.filter.refuse(connection, frame, error);
      return undefined;
    }
  }

  /** The same for a frame that was read as text, whose fields are right. */
  serveText(connection: Connection, frame: PublishText): Promise<void> | undefined {
    try {
      const permit = connection.permits?.get(frame.channel) ?? this.decide(connection, frame.channel);
      const published = this.publisher.publishText(connection, frame, permit);
      return published?.catch((error: unknown) => this.filter.refuse(connection, frame, error));
    } catch (error) {
      this.filter.refuse(connection, frame, error);
      return undefined;
    }
  }

  /** @throws CommandError UNAUTHENTICATED, FORBIDDEN, BAD_FRAME */
  private decide(connection: Connection, channel: string): PublishPermit {
    this.guard.check(connection, { type: 'publish', channel });
    return this.publisher.permit(connection, channel);
  }
}
