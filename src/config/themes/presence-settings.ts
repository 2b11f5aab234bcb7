import { IsInt, Max, Min } from 'class-validator';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** How presence is delivered, and how much of it there may be. */
export class PresenceSettings {
  @Setting('PRESENCE_INTERVAL_MS', "Time between two frames with changes of a channel's members, in ms.")
  @IsInt()
  @Min(10)
  @Max(60_000)
  presenceIntervalMs = 100;

  @Setting(
    'PRESENCE_GRACE_MS',
    "For how long a presence outlasts a connection that was lost, in ms. A member that comes back by then hasn't left.",
  )
  @IsInt()
  @Min(0)
  @Max(600_000)
  presenceGraceMs = 10_000;

  @Setting('LIMIT_PRESENCES', 'Presences of one connection.')
  @IsInt()
  @Min(1)
  @Max(1_000)
  limitPresences = 20;

  @Setting('LIMIT_PRESENCE_STATE_BYTES', 'Bytes of the JSON text of the `state` of one presence.')
  @IsInt()
  @Min(2)
  @Max(256 * 1024)
  limitPresenceStateBytes = 4 * 1024;

  @Setting('LIMIT_PRESENCE_MEMBERS', 'Presences on one channel.')
  @IsInt()
  @Min(1)
  @Max(100_000)
  limitPresenceMembers = 10_000;

  @Setting(
    'LIMIT_PRESENCE_GRACE_BYTES',
    'Bytes kept of presences whose connection was lost; of one principal, a quarter of it. Beyond, the oldest of them end.',
  )
  @IsInt()
  @Min(64 * 1024)
  limitPresenceGraceBytes = 32 * MIB;
}
