import { channelRows } from './channels/channel-rows.js';
import { FAULT_KINDS } from './fault.js';
import type { FaultInjector } from './fault-injector.js';
import type { Findings } from './findings.js';
import { lateChanges } from './late-changes.js';
import type { Load } from './load.js';
import { markdownTable } from './markdown-table.js';
import { percentile } from './percentile.js';
import type { Site } from './site.js';
import { slope } from './slope.js';
import { tally } from './tally.js';
import { VIOLATION_KINDS } from './violation.js';

const LONG_LIFE_S = 20;

export interface Run extends Findings {
  readonly title: string;
  readonly site: Site;
  readonly load: Load;
  readonly injector: FaultInjector;
}

/** What a run comes to, as Markdown. */
export function report(run: Run): string {
  return [`### ${run.title}`, faultTable(run), resultTable(run)].join('\n\n');
}

function faultTable({ injector }: Run): string {
  const rows = FAULT_KINDS.flatMap((kind) => {
    const count = injector.made.filter(({ fault }) => fault.kind === kind).length;
    if (count === 0) return [];
    const times = injector.recoveries.times.get(kind) ?? [];
    const figures = [0.5, 0.99].map((part) => (times.length > 0 ? Math.round(percentile(times, part)) : '–'));
    return [[kind, count, ...figures]];
  });
  return markdownTable(['fault', 'times', 'delivered again after, p50 ms', 'p99 ms'], rows);
}

function resultTable({ site, injector, load, feed, violations, dropped, letters }: Run): string {
  const accounts = site.clients.flatMap(({ accounts }) => accounts);
  const delivered = accounts.flatMap((account) => account.delivered);
  const resyncs = delivered.flatMap((one) => (one.kind === 'resync' ? [one.reason] : []));
  const closes = site.wired.flatMap(({ closes }) =>
    [...closes].flatMap(([code, count]) => Array<number>(count).fill(code)),
  );
  const workerEnds = site.slots.flatMap((slot) => slot.workerEnds);
  const rows: (readonly [string, string | number])[] = [
    ['writes acknowledged', load.ledger.writes],
    ['writes of unknown outcome', load.ledger.unknown],
    ['changes in the feed', feed.length],
    ['records of which the database dropped acknowledged writes', dropped.length],
    ['subscribers', accounts.length],
    ['events delivered', accounts.reduce((sum, { events }) => sum + events, 0)],
    ['rights given to record users', letters.rightsGiven],
    ['subscriptions that ended for them', site.readers.reduce((sum, reader) => sum + reader.rightsChanged, 0)],
    ['letters and seals told to those who see them', site.readers.reduce((sum, { told }) => sum + told.size, 0)],
    ['connections lost, by close code', tally(closes)],
    ['late changes that sweeps found', lateChanges(site.slots)],
    ['resyncs, by reason', tally(resyncs)],
    ...channelRows(site.channels, injector),
    ...VIOLATION_KINDS.map((kind) => [kind, violations.filter((one) => one.kind === kind).length] as const),
    ['errors in the logs of gateways', site.slots.reduce((sum, { complaints }) => sum + complaints.length, 0)],
    ...(workerEnds.length > 0 ? [['workers that ended, by reason', tally(workerEnds)] as const] : []),
    ['gateway memory', memory(site)],
  ];
  return markdownTable(['what', 'count'], rows);
}

/** Of the longest life of all: processes that were started a moment ago still grow. */
function memory({ slots }: Site): string {
  const lives = slots.flatMap((slot) => slot.lives.map(({ memory }) => memory));
  const [longest = []] = lives.sort((one, other) => other.length - one.length);
  const most = Math.round(Math.max(...lives.flat().map(({ y }) => y)));
  const counted = longest.filter(({ x }) => x > LONG_LIFE_S);
  const seconds = Math.round(longest.at(-1)?.x ?? 0);
  const growth =
    counted.length < 2 ? '' : `, ${(slope(counted) * 60).toFixed(2)} MiB a minute over ${seconds} s of one`;
  return `${lives.length} processes, ${most} MiB at most${growth}`;
}
