import type { Config } from './config.js';
import { ConfigError } from './load-config.js';

/** What keeps a server from listening, as the fault of the setting that it is; anything else as it was. */
export function listenError(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): unknown {
  switch (error instanceof Error && 'code' in error && error.code) {
    case 'EADDRINUSE':
      return new ConfigError(`Port ${port} is in use: set PORT to a free one, or 0 for any.`);
    case 'EACCES':
      return new ConfigError(`Port ${port} is not for this user to listen on: set PORT to one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'ENOTFOUND':
      return new ConfigError(`HOST: ${host} is no address of this machine.`);
    default:
      return error;
  }
}
