import { IsString } from 'class-validator';
import { CommandDto } from './command.dto.js';

export class AuthDto extends CommandDto {
  @IsString()
  readonly token: string;
}
