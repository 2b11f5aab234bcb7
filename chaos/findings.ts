import type { FeedChange } from '../test/support/feed.js';
import { channelFindings } from './channels/channel-findings.js';
import type { FaultInjector } from './fault-injector.js';
import { lateChanges } from './late-changes.js';
import type { Load } from './load.js';
import { letterFindings, type LetterFindings } from './letters/letter-findings.js';
import { readRecord } from './record.js';
import { settle } from './settle.js';
import type { Site } from './site.js';
import { Verdict } from './verdict.js';
import type { Violation } from './violation.js';

const SETTLE_MS = 60_000;

export interface Findings {
  readonly feed: readonly FeedChange[];
  readonly violations: readonly Violation[];
  /** Writes that the database has acknowledged, and that are in no feed. Of a server they are violations. */
  readonly dropped: readonly Violation[];
  readonly letters: LetterFindings;
}

/** Holds everything against the database's own record, once all who write are through. */
export async function findings(
  site: Site,
  load: Load,
  injector: FaultInjector,
  stopping: AbortSignal,
): Promise<Findings> {
  const { database, clients, readers, wired, slots } = site;
  // First: who is there has to be known soon.
  const ofChannels = await channelFindings(site, injector, stopping);
  const { feed, collections } = await readRecord(database);
  if (feed.length === 0) throw new Error('Nothing was written: there is nothing to judge.');
  const knowsDeleted = database.process.kind === 'server';
  const dropped = load.ledger.missing(feed);
  const verdict = new Verdict({
    feed,
    collections,
    knowsDeleted,
    dropped: new Set(dropped.flatMap(({ record = [] }) => record)),
    hasLateChanges: lateChanges(slots) > 0,
  });
  const accounts = clients.flatMap((client) => client.accounts);
  const [ofTables, letters] = await Promise.all([
    settle(accounts, verdict, deadlineOf(SETTLE_MS, stopping)),
    letterFindings(readers, feed, stopping),
  ]);
  const leaked = clients.flatMap(({ leaks, name: subscriber }) =>
    leaks.map((detail): Violation => ({ kind: 'leak', subscriber, detail })),
  );
  const failed = wired.flatMap(({ errors, name: subscriber }) =>
    errors.map((detail): Violation => ({ kind: 'ended', subscriber, detail })),
  );
  const ofGateways = slots.flatMap(({ crashes, workerCrashes, number }) =>
    [...crashes, ...workerCrashes].map((detail): Violation => ({
      kind: 'ended',
      subscriber: `gateway ${number}`,
      detail,
    })),
  );
  const undone = knowsDeleted ? dropped : [];
  const ofClients = [...ofTables, ...letters.violations, ...leaked, ...failed];
  return { feed, dropped, violations: [...ofChannels, ...undone, ...ofClients, ...ofGateways], letters };
}

/** Node 20 loses the timeout of `AbortSignal.any([AbortSignal.timeout(…), …])` to the garbage collector: nobody else holds it. */
function deadlineOf(milliseconds: number, stopping: AbortSignal): AbortSignal {
  const deadline = new AbortController();
  const pass = () => deadline.abort();
  setTimeout(pass, milliseconds).unref();
  stopping.addEventListener('abort', pass);
  return deadline.signal;
}
