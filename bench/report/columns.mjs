/** Everything that a table can show: a heading, and the cell of a row. */
export const columns = {
  peer: { head: 'peer', text: ({ peer }) => peer },
  case: { head: 'case', text: (row) => row.case },
  offered: { head: 'offered/s', text: ({ offered }) => whole(offered) },
  served: { head: 'served/s', text: ({ perSecond }) => whole(perSecond) },
  frame: { head: 'bytes each', text: ({ bytes, deliveries }) => whole(bytes / deliveries) },
  cpu: { head: 'CPU s per million', text: ({ cpuPerMillion }) => decimal(cpuPerMillion) },
  p50: { head: 'p50 ms', text: ({ latency }) => decimal(latency?.p50) },
  p99: { head: 'p99 ms', text: ({ latency }) => decimal(latency?.p99) },
  max: { head: 'longest ms', text: ({ latency }) => decimal(latency?.max) },
  memory: { head: 'memory MB', text: ({ memoryBytes }) => whole(memoryBytes / 1e6) },
  perConnection: { head: 'KB a connection', text: ({ bytesPerConnection }) => decimal(bytesPerConnection / 1_024) },
  heapPerConnection: { head: 'of it heap', text: ({ heapPerConnection }) => decimal(heapPerConnection / 1_024) },
  lost: { head: 'closed', text: ({ lost }) => whole(lost) },
  written: { head: 'writes/s', text: ({ writes }) => whole(writes?.perSecond) },
  missing: { head: 'not told', text: ({ missing }) => percent(missing) },
  writersP50: { head: 'acknowledged p50 ms', text: ({ writes }) => decimal(writes?.latency.p50) },
  writersP99: { head: 'p99 ms', text: ({ writes }) => decimal(writes?.latency.p99) },
  behindWriters: { head: 'behind it ms', text: ({ behindWriters }) => decimal(behindWriters) },
  databaseCpu: { head: 'database CPU', text: ({ databaseCpuShare }) => percent(databaseCpuShare) },
  serverChange: { head: 'service µs a change', text: ({ serverMicroseconds }) => whole(serverMicroseconds) },
  databaseChange: { head: 'database µs a change', text: ({ databaseMicroseconds }) => whole(databaseMicroseconds) },
  databaseExtra: { head: 'of it for the service', text: ({ databaseExtra }) => whole(databaseExtra) },
  reads: { head: 'reads/s', text: ({ readsPerSecond }) => whole(readsPerSecond) },
  found: { head: 'found', text: ({ found }) => whole(found) },
  lookUp: { head: 'µs a look-up', text: ({ lookUpMicroseconds }) => decimal(lookUpMicroseconds) },
  added: { head: 'µs to add', text: ({ addMicroseconds }) => decimal(addMicroseconds) },
  removed: { head: 'µs to remove', text: ({ removeMicroseconds }) => decimal(removeMicroseconds) },
  cost: { head: '× the fewest', text: ({ cost }) => decimal(cost) },
  conflicts: { head: 'conflicts', text: ({ conflicts }) => whole(conflicts) },
  kept: { head: 'of without', text: ({ kept }) => percent(kept) },
  redisCpu: { head: 'Redis CPU', text: ({ redisCpuShare }) => percent(redisCpuShare) },
  redisPublish: { head: 'of it µs a publish', text: ({ redisMicroseconds }) => whole(redisMicroseconds) },
  serverCpu: { head: 'server CPU', text: ({ serverCpuShare }) => percent(serverCpuShare) },
  serverWaited: { head: 'waited', text: ({ serverWaitShare }) => percent(serverWaitShare) },
  loadCpu: { head: 'load CPU', text: ({ cpuShare }) => percent(cpuShare) },
  loadWaited: { head: 'waited', text: ({ loadWaitShare }) => percent(loadWaitShare) },
};

/** Who was busy, and who had to wait for a core: where either is near 100 % it is the machine that was measured. */
export const busy = ['serverCpu', 'serverWaited', 'loadCpu', 'loadWaited'];

export function whole(value) {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '';
}

export function decimal(value) {
  return Number.isFinite(value) ? value.toFixed(2) : '';
}

function percent(value) {
  return Number.isFinite(value) ? `${(value * 100).toFixed(0)} %` : '';
}
