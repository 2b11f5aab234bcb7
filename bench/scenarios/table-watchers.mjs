import { edgeHive } from '../peers/edge-hive.mjs';

/** Filters that one connection holds. */
const FILTERS_EACH = 100;

/** Clients of the service that hold so many distinct filters on a table, one for each group of its records. */
export async function subscribeFilters(stage, { host, port }, table, filters) {
  const clients = stage.load();
  const groups = Array.from({ length: filters }, (_, group) => ({ topic: table, filter: { group } }));
  const targets = [];
  while (groups.length > 0) targets.push(groups.splice(0, FILTERS_EACH));
  const tokens = edgeHive.tokens(targets.length);
  await clients.call('connect', { dialect: 'edge-hive-topics', host, port, count: targets.length, tokens, targets });
  return clients;
}

/** Clients of the official SDK, each with a live query for one group. */
export async function startLiveQueries(stage, { url }, table, groups) {
  const clients = stage.load('live-clients');
  await clients.call('connect', { url, table, groups });
  return clients;
}
