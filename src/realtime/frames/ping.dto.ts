import { CommandDto } from './command.dto.js';

export class PingDto extends CommandDto {}
