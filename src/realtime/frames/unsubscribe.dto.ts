import { IsString } from 'class-validator';
import { CommandDto, ExactlyOneOf, Optional } from './command.dto.js';

export class UnsubscribeDto extends CommandDto {
  @ExactlyOneOf('stream', 'topic', 'channel')
  declare readonly type: string;

  @Optional()
  @IsString()
  readonly stream?: string;

  @Optional()
  @IsString()
  readonly topic?: string;

  @Optional()
  @IsString()
  readonly channel?: string;
}
