/** How many times a service has read the changefeed. */
export async function feedReads({ host, port }) {
  const exposition = await (await fetch(`http://${host}:${port}/metrics`)).text();
  return Number(/^edge_hive_feed_reads_total (\d+)$/m.exec(exposition)?.[1]);
}
