import { IsObject, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { MAX_CHANNEL_LENGTH } from '../../channels/channel-name.js';
import { MAX_PRESENCE_KEY_LENGTH } from '../../channels/presence/member.js';
import { CommandDto, Optional } from './command.dto.js';

/** Half of a surrogate pair is no character, and no encoding but JSON's can carry it. */
const WHOLE_CHARACTERS = /^[^\p{Cs}]*$/u;

export class PresenceDto extends CommandDto {
  @IsString()
  @Length(1, MAX_CHANNEL_LENGTH)
  readonly channel: string;

  @ValidateIf((_, state) => state !== null)
  @IsObject({ message: 'state has to be an object, or null to leave' })
  readonly state: Readonly<Record<string, unknown>> | null;

  @Optional()
  @IsString()
  @Length(1, MAX_PRESENCE_KEY_LENGTH)
  @Matches(WHOLE_CHARACTERS, { message: 'key has to be Unicode text' })
  readonly key?: string;
}
