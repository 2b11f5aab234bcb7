import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** How many connections there may be, and what each may send. */
export class ConnectionLimits {
  @Setting('LIMIT_FRAME_BYTES', 'Largest frame a client may send, in bytes.')
  @IsInt()
  @Min(1_024)
  @Max(64 * MIB)
  limitFrameBytes = 256 * 1024;

  @Setting('LIMIT_CONNECTIONS', 'Connections at a time.')
  @IsInt()
  @Min(1)
  limitConnections = 20_000;

  @Setting(
    'LIMIT_CONNECTIONS_PER_ADDRESS',
    'Connections of one client address, loopback too, before 1013; 0: those of sockets alone.',
  )
  @IsInt()
  @Min(0)
  limitConnectionsPerAddress = 0;

  @Setting(
    'LIMIT_SOCKETS',
    'TCP connections at a time, HTTP and WebSocket, before new ones are cut; 0: 2,000 more than `LIMIT_CONNECTIONS`.',
  )
  @IsInt()
  @Min(0)
  limitSockets = 0;

  @Setting('LIMIT_SOCKETS_PER_ADDRESS', 'TCP connections of one client address before new ones are cut; 0: no limit.')
  @IsInt()
  @Min(0)
  limitSocketsPerAddress = 1_000;

  @Setting('LIMIT_ARRIVALS_PER_SECOND', 'New TCP connections of one client address, a second; 0: no limit.')
  @IsInt()
  @Min(0)
  limitArrivalsPerSecond = 200;

  @Setting('LIMIT_ARRIVALS_BURST', 'New TCP connections of one client address at once.')
  @IsInt()
  @Min(1)
  limitArrivalsBurst = 1_000;

  @Setting('LIMIT_LOOPBACK', 'Whether the limits of sockets by address hold for loopback addresses, too.')
  @IsBoolean()
  limitLoopback = false;

  @Setting('LIMIT_CONNECTIONS_PER_PRINCIPAL', 'Connections of one principal; 0: no limit.')
  @IsInt()
  @Min(0)
  limitConnectionsPerPrincipal = 0;

  @Setting('LIMIT_SUBSCRIPTIONS', 'Subscriptions of one connection.')
  @IsInt()
  @Min(1)
  limitSubscriptions = 100;

  @Setting('LIMIT_COMMANDS_PER_SECOND', 'Commands of one connection, a second.')
  @IsInt()
  @Min(1)
  limitCommandsPerSecond = 100;

  @Setting('LIMIT_COMMANDS_BURST', 'Commands of one connection at once.')
  @IsInt()
  @Min(1)
  limitCommandsBurst = 200;
}
