import { IsBoolean, IsString, Length } from 'class-validator';
import { MAX_CHANNEL_LENGTH, MAX_EVENT_LENGTH, MAX_KEY_LENGTH } from '../../channels/channel-name.js';
import { CommandDto, Optional, Unchecked } from './command.dto.js';

export class PublishDto extends CommandDto {
  @IsString()
  @Length(1, MAX_CHANNEL_LENGTH)
  readonly channel: string;

  @IsString()
  @Length(1, MAX_EVENT_LENGTH)
  readonly event: string;

  @Unchecked()
  readonly data?: unknown;

  @Optional()
  @IsString()
  @Length(1, MAX_KEY_LENGTH)
  readonly key?: string;

  @Optional()
  @IsBoolean()
  readonly echo?: boolean;
}
