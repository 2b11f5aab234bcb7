import { setTimeout as delay } from 'node:timers/promises';

/** So far back the service looks when it starts. */
const LOOK_BACK_MS = 3_000;

/** Writers of a table whose records, there long before anybody looks, are spread over so many groups. */
export async function startWriters(stage, database, table, groups) {
  const writers = stage.load('writers');
  await writers.call('connect', { url: database.url, table, groups });
  await writers.call('fill');
  await delay(LOOK_BACK_MS);
  return writers;
}
