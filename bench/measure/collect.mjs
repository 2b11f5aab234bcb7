/** Loaded into a server before its own code: collects garbage when it is asked to, so that what is left is what it needs. */
process.on('message', (message) => {
  if (message !== 'collect') return;
  for (let round = 0; round < 2; round += 1) globalThis.gc();
  process.send(process.memoryUsage());
});
// The server ends as it would without this.
process.channel.unref();
