/** A host and a port. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is, and how to sign in. */
export interface RedisAddress {
  /** One server; nodes of a cluster; or sentinels that know the server of this name. */
  readonly kind: 'server' | 'cluster' | 'sentinel';
  readonly nodes: readonly RedisNode[];
  /** What the sentinels know the server as. Only with sentinels. */
  readonly master?: string;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** Number of the database. A cluster has only 0. */
  readonly database: number;
}

const PORT = 6379;
const SENTINEL_PORT = 26379;

const FORMS =
  'redis://user:password@host:6379/0, rediss://…, several nodes of a cluster as redis://host1:6379,host2:6379, or redis+sentinel://host1:26379,host2:26379/name/0';

/** Says which part is wrong; never holds the URL, which can have a password in it. */
export class RedisAddressError extends Error {}

/**
 * Reads a URL of Redis: `redis://`, `rediss://` (TLS), `redis+sentinel://` or `rediss+sentinel://`. Several hosts with commas between
 * them are a cluster, or sentinels.
 * @throws RedisAddressError
 */
export function parseRedisAddress(url: string): RedisAddress {
  const [, scheme = '', sentinel, login, hosts = '', path = ''] =
    /^(rediss?)(\+sentinel)?:\/\/(?:([^/]*)@)?([^/@?#]*)(\/[^?#]*)?$/.exec(url) ?? [];
  if (scheme === '') throw new RedisAddressError(`must be a URL, such as ${FORMS}`);
  const nodes = hosts.split(',').map((host) => parseNode(host.trim(), sentinel ? SENTINEL_PORT : PORT));
  const common = { nodes, tls: scheme === 'rediss', ...parseLogin(login) };
  const parts = path.split('/').slice(1);
  if (sentinel) {
    const [master = '', database = '', ...others] = parts;
    if (master === '' || others.length > 0) {
      throw new RedisAddressError('must name, behind the sentinels, the server that they watch: …/name or …/name/0');
    }
    return { ...common, kind: 'sentinel', master: decode(master), database: parseDatabase(database) };
  }
  const [database = '', ...others] = parts;
  if (others.length > 0) throw new RedisAddressError('must end in the number of a database, such as /0, or in nothing');
  if (nodes.length === 1) return { ...common, kind: 'server', database: parseDatabase(database) };
  if (parseDatabase(database) !== 0) throw new RedisAddressError('must not name a database: a cluster has only 0');
  return { ...common, kind: 'cluster', database: 0 };
}

function parseNode(text: string, defaultPort: number): RedisNode {
  const [, ipv6, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number < 1 || number > 65_535) {
    throw new RedisAddressError('must have a host, or host:port, for each node, with commas between them');
  }
  return { host, port: number };
}

function parseLogin(login: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (login === undefined || login === '') return {};
  const colon = login.indexOf(':');
  const username = decode(colon === -1 ? login : login.slice(0, colon));
  const password = colon === -1 ? '' : decode(login.slice(colon + 1));
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

function parseDatabase(text: string): number {
  if (!/^\d{0,5}$/.test(text)) throw new RedisAddressError('must have a number as its database');
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisAddressError('must have special characters in it percent-encoded');
  }
}
