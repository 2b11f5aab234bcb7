import { IsInt, Max, Min } from 'class-validator';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** What filters may say, take and cost. */
export class FilterLimits {
  @Setting('LIMIT_FILTER_CONDITIONS', 'Conditions in one filter.')
  @IsInt()
  @Min(1)
  @Max(1_000)
  limitFilterConditions = 16;

  @Setting('LIMIT_FILTER_DEPTH', 'Levels of `or` and `not` in one filter.')
  @IsInt()
  @Min(1)
  @Max(32)
  limitFilterDepth = 4;

  @Setting('LIMIT_FILTER_ELEMENTS', 'Conditions, branches and elements of lists and objects in one filter, together.')
  @IsInt()
  @Min(1)
  @Max(100_000)
  limitFilterElements = 1_024;

  @Setting('LIMIT_FILTER_BYTES', 'Bytes of memory that the filters of one connection may take.')
  @IsInt()
  @Min(16 * 1024)
  limitFilterBytes = 24 * MIB;

  @Setting(
    'LIMIT_FILTER_BYTES_PER_PRINCIPAL',
    'The same of one principal, over all of its connections; without a token, of one address.',
  )
  @IsInt()
  @Min(16 * 1024)
  limitFilterBytesPerPrincipal = 48 * MIB;

  @Setting('LIMIT_FILTER_BYTES_TOTAL', 'The same of all connections; of those without a token, half of it.')
  @IsInt()
  @Min(16 * 1024)
  limitFilterBytesTotal = 128 * MIB;

  @Setting('LIMIT_FILTER_SCANS', 'Comparisons that the filters of one connection may cost whatever the change is.')
  @IsInt()
  @Min(16)
  limitFilterScans = 2_048;

  @Setting(
    'LIMIT_FILTER_SCANS_PER_PRINCIPAL',
    'The same of one principal, over all of its connections; without a token, of one address.',
  )
  @IsInt()
  @Min(16)
  limitFilterScansPerPrincipal = 2_048;

  @Setting('LIMIT_FILTER_SCANS_TOTAL', 'The same of all connections; of those without a token, half of it.')
  @IsInt()
  @Min(16)
  limitFilterScansTotal = 16_384;

  @Setting(
    'LIMIT_FILTER_MATCHES_PER_PRINCIPAL',
    'Of the distinct filters of one principal on a table, or of one address without a token, how many one change may be for.',
  )
  @IsInt()
  @Min(1)
  limitFilterMatchesPerPrincipal = 256;

  @Setting(
    'LIMIT_FILTER_MATCHES_TOTAL',
    'The same of all connections; of one principal, or of those without a token, half of it at most.',
  )
  @IsInt()
  @Min(2)
  limitFilterMatchesTotal = 16_384;
}
