import { IsIn, IsInt, IsString, Max, Min } from 'class-validator';
import { Setting } from '../setting.js';

/** Where rights come from. */
export class RightsSettings {
  @Setting('POLICY_FILE', 'JSON file that says who may read which rows and use which channels.')
  @IsString()
  policyFile = '';

  @Setting(
    'RIGHTS',
    "Whether SurrealDB's own permissions give rights to tables: `surrealdb`, to record users everywhere, `policy`, where the policy file says so, or `auto`, as well to record users where there is no policy file.",
  )
  @IsIn(['auto', 'policy', 'surrealdb'])
  rights: 'auto' | 'policy' | 'surrealdb' = 'auto';

  @Setting('RIGHTS_REFRESH_MS', 'How often the database is asked what the rights of record users hang on, in ms.')
  @IsInt()
  @Min(50)
  @Max(60_000)
  rightsRefreshMs = 500;

  @Setting('RIGHTS_WAIT_MS', 'How long changes wait for the database to say to whom they may be shown, in ms.')
  @IsInt()
  @Min(100)
  @Max(60_000)
  rightsWaitMs = 5_000;

  @Setting('LIMIT_RECORD_RIGHTS', 'Principals and records on which channels hang: so many pairs are watched at most.')
  @IsInt()
  @Min(1)
  limitRecordRights = 50_000;

  @Setting('LIMIT_RECORD_RIGHTS_PER_PRINCIPAL', 'The same of one principal, over all of its connections.')
  @IsInt()
  @Min(1)
  limitRecordRightsPerPrincipal = 5_000;
}
