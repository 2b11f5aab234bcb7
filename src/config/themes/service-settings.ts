import { IsIn, IsInt, IsString, Matches, Max, Min } from 'class-validator';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** How the process runs: where it listens, what it logs, how it ends. */
export class ServiceSettings {
  @Setting('NODE_ENV', '`production` turns every convenience of `development` and `test` off.')
  @IsIn(['development', 'test', 'production'])
  environment: 'development' | 'test' | 'production' = 'development';

  @Setting(
    'DEVELOPMENT_ACCESS',
    'Who has the page and needs no token outside production: `local`, programs on this machine, or `anyone`.',
  )
  @IsIn(['local', 'anyone'])
  developmentAccess: 'local' | 'anyone' = 'local';

  @Setting('HOST', 'Address to listen on.')
  @IsString()
  host = '0.0.0.0';

  @Setting('PORT', 'Port to listen on; 0 picks a free one.')
  @IsInt()
  @Min(0)
  @Max(65535)
  port = 8443;

  @Setting('DRAIN_DEADLINE_MS', 'Longest time that a shutdown waits for clients to take what is theirs, in ms.')
  @IsInt()
  @Min(0)
  @Max(600_000)
  drainDeadlineMs = 5_000;

  @Setting(
    'WORKERS',
    'Processes that serve clients, on one port; `auto`: as many as there are cores. With 1 there is one process in all.',
  )
  @Matches(/^(auto|[1-9]\d{0,2})$/, { message: '$property must be auto, or a number from 1 to 999' })
  workers = '1';

  @Setting(
    'LIMIT_WORKER_BYTES',
    'Bytes that may wait for a worker to take, of changes, messages and all else, before it is started again.',
  )
  @IsInt()
  @Min(MIB)
  limitWorkerBytes = 64 * MIB;

  @Setting('LOG_LEVEL', 'Least severity that is logged.')
  @IsIn(['fatal', 'error', 'warn', 'log', 'debug', 'verbose'])
  logLevel: 'fatal' | 'error' | 'warn' | 'log' | 'debug' | 'verbose' = 'log';

  @Setting('AUDIT_LOG', 'Where the audit log goes: `stdout`, `stderr` or a file. Empty: nowhere.')
  @IsString()
  auditLog = '';
}
