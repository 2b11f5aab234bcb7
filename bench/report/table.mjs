import { columns, decimal } from './columns.mjs';

/** Markdown of a scenario's rows. Those of detail, the steps, are left to the JSON and the plots. */
export function table({ columns: names, ratios }, rows) {
  const shown = rows.filter(({ detail }) => !detail);
  const peers = [...new Set(shown.map(({ peer }) => peer))].slice(1);
  const all = [columns.peer, columns.case, ...names.map((name) => columns[name])];
  if (ratios)
    all.push(...peers.map((peer) => ({ head: `× ${peer}`, text: (row) => ratioTo(peer, row, shown, ratios) })));
  const rule = all.map((_, index) => (index < 2 ? '---' : '---:'));
  const lines = shown.map((row) => all.map(({ text }) => text(row) ?? ''));
  return [all.map(({ head }) => head), rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** How many times better than the peer in the same case: one figure for each ratio of the scenario. */
function ratioTo(peer, row, rows, ratios) {
  const other = rows.find((candidate) => candidate.peer === peer && candidate.case === row.case);
  if (!other || row.peer === peer) return '';
  return ratios.map((ratio) => decimal(ratio(row, other)) || '–').join(' / ');
}

/** By what is served in a second. */
export const byRate = (row, other) => row.perSecond / other.perSecond;

/** By what is served in a second of the server's CPU: the same on a busy machine. */
export const byCpu = (row, other) => other.cpuPerMillion / row.cpuPerMillion;

/** By the memory of a connection. */
export const byMemory = (row, other) => other.bytesPerConnection / row.bytesPerConnection;

/** By latency at p99. */
export const byP99 = (row, other) => other.latency?.p99 / row.latency?.p99;

/** By latency at p50. */
export const byP50 = (row, other) => other.latency?.p50 / row.latency?.p50;
