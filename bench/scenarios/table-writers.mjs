/** Writers of a table whose records, all there already, are spread over so many groups. */
export async function startWriters(stage, database, table, groups) {
  const writers = stage.load('writers');
  await writers.call('connect', { url: database.url, table, groups });
  await writers.call('fill');
  return writers;
}
