import { Injectable } from '@nestjs/common';
import { CommandFilter } from './command.filter.js';
import { CommandGuard } from './command.guard.js';
import type { Connection } from './connection.js';
import { FrameShape } from './frame-shape.js';
import { PublishDto } from './frames/publish.dto.js';
import type { CommandFrame } from './parse-frame.js';
import { Publisher } from './publisher.js';

/**
 * The way of `publish`, the command of which thousands come in a second: through the same guard, validation and filter as
 * in Nest's pipeline, in one turn. The promises that Nest makes of a command cost more than all the rest of a publish.
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
    const refuse = (error: unknown) => this.filter.refuse(connection, frame, error);
    try {
      this.guard.check(connection, frame);
      return this.publisher.publish(connection, this.shape.read(frame) as PublishDto)?.catch(refuse);
    } catch (error) {
      refuse(error);
      return undefined;
    }
  }
}
