import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { IsOriginList } from '../is-origin-list.js';
import { Setting } from '../setting.js';

/** Who may connect from where, and how long each step of a connection may take. */
export class ConnectionSettings {
  @Setting('ALLOWED_ORIGINS', 'Comma-separated origins that browsers may connect from. Empty: any.')
  @IsOriginList()
  allowedOrigins = '';

  @Setting('TRUST_PROXY', 'Take client addresses from `X-Forwarded-For`: `true` behind a proxy of your own.')
  @IsBoolean()
  trustProxy = false;

  @Setting(
    'HTTP_HEADERS_TIMEOUT_MS',
    'Wait for the headers of a request, the first one of a TCP connection too, before it is cut, in ms.',
  )
  @IsInt()
  @Min(100)
  @Max(600_000)
  httpHeadersTimeoutMs = 10_000;

  @Setting(
    'HTTP_REQUEST_TIMEOUT_MS',
    'Wait for all of a request, and for a client that takes nothing of its answer, before it is cut, in ms.',
  )
  @IsInt()
  @Min(100)
  @Max(600_000)
  httpRequestTimeoutMs = 30_000;

  @Setting('HTTP_KEEP_ALIVE_MS', 'Wait for the next request on a TCP connection before it is closed, in ms.')
  @IsInt()
  @Min(100)
  @Max(600_000)
  httpKeepAliveMs = 5_000;

  @Setting('HEARTBEAT_INTERVAL_MS', 'Time between two heartbeats, in ms.')
  @IsInt()
  @Min(50)
  @Max(3_600_000)
  heartbeatIntervalMs = 25_000;

  @Setting('HEARTBEAT_TIMEOUT_MS', 'Wait for any sign of life after a heartbeat before 4408, in ms.')
  @IsInt()
  @Min(50)
  @Max(3_600_000)
  heartbeatTimeoutMs = 10_000;

  @Setting('AUTH_TIMEOUT_MS', 'Wait for authentication or a public subscription before 4401, in ms.')
  @IsInt()
  @Min(50)
  @Max(3_600_000)
  authTimeoutMs = 10_000;
}
