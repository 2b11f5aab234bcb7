import { IsInt, Min } from 'class-validator';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** What may be published to channels, and what is kept of it. */
export class ChannelLimits {
  @Setting('LIMIT_HISTORY_BYTES', 'Bytes of recent messages kept in memory, of all channels.')
  @IsInt()
  @Min(0)
  limitHistoryBytes = 64 * MIB;

  @Setting('LIMIT_HISTORY_BYTES_PER_PRINCIPAL', 'Of these, bytes of what one principal published.')
  @IsInt()
  @Min(0)
  limitHistoryBytesPerPrincipal = 16 * MIB;

  @Setting('LIMIT_HISTORY_BYTES_PER_CHANNEL', 'Of these, bytes of one channel.')
  @IsInt()
  @Min(0)
  limitHistoryBytesPerChannel = 16 * MIB;

  @Setting(
    'LIMIT_PUBLISH_BYTES_PER_SECOND',
    'Bytes of `data`, and of states of presence, that one principal may publish, a second.',
  )
  @IsInt()
  @Min(1)
  limitPublishBytesPerSecond = 4 * MIB;

  @Setting('LIMIT_PUBLISH_BYTES_BURST', 'The same at once.')
  @IsInt()
  @Min(1)
  limitPublishBytesBurst = 32 * MIB;
}
