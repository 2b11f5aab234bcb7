import { IsIn, IsInt, IsString, Max, Min } from 'class-validator';
import { IsDatabaseUrl } from '../is-database-url.js';
import { Setting } from '../setting.js';

/** Which database is served, and how it is reached. */
export class DatabaseSettings {
  @Setting(
    'SURREAL_URL',
    'WebSocket URL of a SurrealDB server (`ws://…/rpc`). Empty: the service runs its own database.',
  )
  @IsDatabaseUrl()
  surrealUrl = '';

  @Setting('SURREAL_NAMESPACE', 'Namespace to serve.')
  @IsString()
  surrealNamespace = 'main';

  @Setting('SURREAL_DATABASE', 'Database to serve.')
  @IsString()
  surrealDatabase = 'main';

  @Setting(
    'SURREAL_USERNAME',
    'Database user: VIEWER reads, EDITOR also adds changefeeds. Default `root` on the embedded one.',
  )
  @IsString()
  surrealUsername = '';

  @Setting('SURREAL_PASSWORD', 'Its password. Default `root` on the embedded one.')
  @IsString()
  surrealPassword = '';

  @Setting('SURREAL_DATA', 'Folder of the embedded database. Empty: in memory.')
  @IsString()
  surrealData = '';

  @Setting('SURREAL_PORT', 'Port of the embedded database on 127.0.0.1; 0 picks a free one.')
  @IsInt()
  @Min(0)
  @Max(65535)
  surrealPort = 8000;

  @Setting('SURREAL_BIN', 'A `surreal` binary to run instead of the embedded engine.')
  @IsString()
  surrealBin = '';

  @Setting('SURREAL_MANAGE_CHANGEFEEDS', 'Where the service adds changefeeds to tables: `embedded`, `all` or `off`.')
  @IsIn(['embedded', 'all', 'off'])
  manageChangefeeds: 'embedded' | 'all' | 'off' = 'embedded';

  @Setting('SURREAL_TIMEOUT_MS', 'Longest wait for an answer of the database before its connection is given up, in ms.')
  @IsInt()
  @Min(100)
  @Max(600_000)
  surrealTimeoutMs = 5_000;
}
