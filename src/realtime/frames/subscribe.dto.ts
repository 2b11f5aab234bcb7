import type { Action, SnapshotRequest } from '@edge-hive/protocol';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsString, Length, MaxLength } from 'class-validator';
import { MAX_CHANNEL_LENGTH } from '../../channels/channel-name.js';
import { CommandDto, ExactlyOneOf, Optional, Unchecked } from './command.dto.js';
import { IsSnapshot } from './is-snapshot.js';

export const MAX_TOPIC_LENGTH = 256;
const ACTIONS: readonly Action[] = ['CREATE', 'UPDATE', 'DELETE'];
const MAX_FIELDS = 256;
const MAX_PATH_LENGTH = 256;
const MAX_CURSOR_LENGTH = 64;
const MAX_EPOCH_LENGTH = 256;

const invalidFields = { context: { code: 'INVALID_FIELDS' } } as const;
const invalidCursor = { context: { code: 'INVALID_CURSOR' } } as const;

export class SubscribeDto extends CommandDto {
  @ExactlyOneOf('topic', 'channel')
  declare readonly type: string;

  @Optional()
  @IsString()
  @Length(1, MAX_TOPIC_LENGTH)
  readonly topic?: string;

  @Optional()
  @IsString()
  @Length(1, MAX_CHANNEL_LENGTH)
  readonly channel?: string;

  @Unchecked()
  readonly filter?: unknown;

  @Optional()
  @IsArray(invalidFields)
  @IsString({ each: true, ...invalidFields })
  @ArrayMaxSize(MAX_FIELDS, invalidFields)
  @Length(1, MAX_PATH_LENGTH, { each: true, ...invalidFields })
  readonly fields?: readonly string[];

  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(ACTIONS.length)
  @IsIn(ACTIONS, { each: true })
  readonly events?: readonly Action[];

  @Optional()
  @IsSnapshot()
  readonly snapshot?: SnapshotRequest;

  @Optional()
  @IsString(invalidCursor)
  @MaxLength(MAX_CURSOR_LENGTH, invalidCursor)
  readonly since?: string;

  @Optional()
  @IsString(invalidCursor)
  @MaxLength(MAX_EPOCH_LENGTH, invalidCursor)
  readonly epoch?: string;

  @Optional()
  @IsIn([true, false, 'count'], { message: 'presence has to be true, false or "count"' })
  readonly presence?: boolean | 'count';
}
