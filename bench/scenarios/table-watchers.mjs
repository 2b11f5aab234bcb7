import { TABLE, databaseEnv } from '../peers/database.mjs';
import { edgeHive } from '../peers/edge-hive.mjs';

/** Filters that one connection holds. */
const FILTERS_EACH = 100;

/** The service in front of a database, with so many distinct filters over its clients' connections. */
export async function watchThroughService(stage, database, filters) {
  const server = await stage.server(edgeHive, { env: databaseEnv(database) });
  const clients = stage.load();
  const groups = Array.from({ length: filters }, (_, group) => ({ topic: TABLE, filter: { group } }));
  const targets = [];
  while (groups.length > 0) targets.push(groups.splice(0, FILTERS_EACH));
  await clients.call('connect', {
    dialect: 'edge-hive-topics',
    host: server.host,
    port: server.port,
    count: targets.length,
    tokens: edgeHive.tokens(targets.length),
    targets,
  });
  return { server, clients };
}

/** One client of the SDK for each filter. The server that does the work is the database. */
export async function watchThroughSdk(stage, database, filters) {
  const clients = stage.load('live-clients');
  await clients.call('connect', { url: database.url, table: TABLE, groups: filters });
  return { server: database, clients };
}
