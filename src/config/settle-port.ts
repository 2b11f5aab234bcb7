import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Config } from './config.js';
import { listenError } from './listen-error.js';

/**
 * The same configuration, with a free port where any would do. The database of the service starts before the service
 * listens, and has to know from which origin the page will write. Where nothing has to know, any stays any: a port that was
 * free a moment ago may be taken when it is listened on.
 */
export async function settlePort(config: Readonly<Config>): Promise<Readonly<Config>> {
  if (config.port !== 0 || config.production || config.surrealUrl !== '') return config;
  const port = await freePort(config.host).catch((error: unknown) => {
    throw listenError(error, config);
  });
  return Object.freeze(Object.assign(new Config(), config, { port }));
}

async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
