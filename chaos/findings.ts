import type { FeedChange } from '../test/support/feed.js';
import { lateChanges } from './late-changes.js';
import type { Load } from './load.js';
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
}

/** Holds everything against the database's own record, once all who write are through. */
export async function findings(
  { database, clients, slots }: Site,
  load: Load,
  stopping: AbortSignal,
): Promise<Findings> {
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
  const told = await settle(accounts, verdict, deadlineOf(SETTLE_MS, stopping));
  const ofClients = clients.flatMap(({ leaks, errors, cast: { name: subscriber } }): Violation[] => [
    ...leaks.map((detail) => ({ kind: 'leak' as const, subscriber, detail })),
    ...errors.map((detail) => ({ kind: 'ended' as const, subscriber, detail })),
  ]);
  const ofGateways = slots.flatMap(({ crashes, number }) =>
    crashes.map((detail): Violation => ({ kind: 'ended', subscriber: `gateway ${number}`, detail })),
  );
  return { feed, dropped, violations: [...told, ...(knowsDeleted ? dropped : []), ...ofClients, ...ofGateways] };
}

/** Node 20 loses the timeout of `AbortSignal.any([AbortSignal.timeout(…), …])` to the garbage collector: nobody else holds it. */
function deadlineOf(milliseconds: number, stopping: AbortSignal): AbortSignal {
  const deadline = new AbortController();
  const pass = () => deadline.abort();
  setTimeout(pass, milliseconds).unref();
  stopping.addEventListener('abort', pass);
  return deadline.signal;
}
