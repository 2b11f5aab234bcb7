const COLUMNS = [
  ['peer', ({ peer }) => peer],
  ['case', (row) => row.case],
  ['offered/s', ({ offered }) => whole(offered)],
  ['served/s', ({ perSecond }) => whole(perSecond)],
  ['CPU s per million', ({ cpuPerMillion }) => decimal(cpuPerMillion)],
  ['p50 ms', ({ latency }) => decimal(latency?.p50)],
  ['p99 ms', ({ latency }) => decimal(latency?.p99)],
  ['memory MB', ({ memoryBytes }) => whole(memoryBytes / 1e6)],
  ['server CPU', ({ serverCpuShare }) => percent(serverCpuShare)],
  ['load CPU', ({ cpuShare }) => percent(cpuShare)],
];

/** Markdown of the rows of one scenario. */
export function table(rows) {
  const peers = [...new Set(rows.map(({ peer }) => peer))].slice(1);
  const columns = [...COLUMNS, ...peers.map((peer) => [`× ${peer}`, (row) => ratio(row, peer, rows)])];
  const lines = rows.filter(({ detail }) => !detail).map((row) => columns.map(([, cell]) => cell(row)));
  const heads = columns.map(([head]) => head);
  const rule = columns.map((_, index) => (index < 2 ? '---' : '---:'));
  return [heads, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** How many times as much as the peer in the same case. */
function ratio(row, peer, rows) {
  const other = rows.find((candidate) => candidate.peer === peer && candidate.case === row.case && !candidate.detail);
  return other && row.peer !== peer ? decimal(row.perSecond / other.perSecond) : '';
}

function whole(value) {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '';
}

function decimal(value) {
  return Number.isFinite(value) ? value.toFixed(2) : '';
}

function percent(value) {
  return Number.isFinite(value) ? `${Math.round(value * 100)} %` : '';
}
