import { IsInt, Min, ValidateIf } from 'class-validator';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** What may be held for connections that have not taken it, or are not served yet. */
export class OutboxLimits {
  @Setting('LIMIT_OUTBOX_BYTES', 'Bytes that may wait for one slow connection before 4430.')
  @IsInt()
  @Min(16 * 1024)
  limitOutboxBytes = 16 * MIB;

  @Setting(
    'LIMIT_OUTBOX_TOTAL_BYTES',
    'Bytes that all connections together may make the service hold; beyond, those are closed for whom most is held. 0: a quarter of the memory that the service may use, shared out to its `WORKERS`, 512 MiB at most.',
  )
  @ValidateIf((config: OutboxLimits) => config.limitOutboxTotalBytes !== 0)
  @IsInt()
  @Min(64 * 1024)
  limitOutboxTotalBytes = 0;

  @Setting('LIMIT_CONNECTION_BYTES', 'Bytes that one connection may make the service hold, its outbox and all else.')
  @IsInt()
  @Min(64 * 1024)
  limitConnectionBytes = 64 * MIB;

  @Setting(
    'LIMIT_UNAUTHENTICATED_BYTES',
    'Bytes of frames that are not served yet and may be held for a connection without a valid token.',
  )
  @IsInt()
  @Min(64 * 1024)
  limitUnauthenticatedBytes = 128 * 1024;
}
