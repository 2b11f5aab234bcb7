import { IsInt, Min } from 'class-validator';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** What is kept and read of tables. */
export class TableLimits {
  @Setting('LIMIT_LOG_BYTES', 'Bytes of recent changes kept in memory.')
  @IsInt()
  @Min(64 * 1024)
  limitLogBytes = 64 * MIB;

  @Setting(
    'LIMIT_RIGHTS_WAITING_CHANGES',
    'Changes that may wait for the database to say to whom they may be shown, of all tables together.',
  )
  @IsInt()
  @Min(1)
  limitRightsWaitingChanges = 10_000;

  @Setting('LIMIT_RIGHTS_WAITING_BYTES', 'Bytes of the changes that may wait so.')
  @IsInt()
  @Min(1024)
  limitRightsWaitingBytes = 16 * MIB;

  @Setting('LIMIT_SNAPSHOT_ROWS', 'Rows of one snapshot.')
  @IsInt()
  @Min(1)
  limitSnapshotRows = 10_000;

  @Setting('LIMIT_SNAPSHOT_BYTES', 'Bytes of the frames of one snapshot.')
  @IsInt()
  @Min(64 * 1024)
  limitSnapshotBytes = 32 * MIB;

  @Setting(
    'LIMIT_ROW_INDEX_BYTES',
    'Bytes kept to know deleted records by, where the database does not say what they were.',
  )
  @IsInt()
  @Min(0)
  limitRowIndexBytes = 64 * MIB;

  @Setting(
    'LIMIT_ROW_INDEX_FIELDS',
    'Fields of one table that the filters of one principal, or one address without a token, alone may have kept to know deleted records by; four times as many of all clients.',
  )
  @IsInt()
  @Min(1)
  limitRowIndexFields = 16;
}
