import type { FaultInjector } from './fault-injector.js';
import { committedAt } from './versionstamp.js';
import type { Site } from './site.js';
import { VIOLATION_KINDS, type Violation } from './violation.js';

/** Of each kind. */
const SHOWN = 4;
const AROUND = 4;
const NEAR_MS = 10_000;

/** The first violations, with what a subscriber saw around them and what was broken at the time. */
export function evidence(violations: readonly Violation[], site: Site, injector: FaultInjector, began: number): string {
  const seconds = (at: number) => `${((at - began) / 1_000).toFixed(3)} s`;
  return VIOLATION_KINDS.flatMap((kind) => violations.filter((violation) => violation.kind === kind).slice(0, SHOWN))
    .map((violation) => {
      const at =
        violation.at ?? (violation.versionstamp === undefined ? undefined : committedAt(violation.versionstamp));
      const { kind, subscriber, record = '', detail, versionstamp = '' } = violation;
      const head = `${kind}: ${subscriber} ${record} ${versionstamp}\n  ${detail}`;
      if (at === undefined) return head;
      return [
        head,
        `  at ${seconds(at)}`,
        ...seen(violation, at, site, seconds),
        ...broken(at, injector, seconds),
      ].join('\n');
    })
    .join('\n\n');
}

type Seconds = (at: number) => string;

function seen(violation: Violation, at: number, site: Site, seconds: Seconds): string[] {
  return [...seenOfTables(violation, at, site, seconds), ...seenOfChannels(violation, at, site, seconds)];
}

function seenOfChannels({ subscriber, record }: Violation, at: number, { channels }: Site, seconds: Seconds): string[] {
  const listener = channels?.party.listeners.find(({ name }) => name === subscriber);
  if (!listener) return [];
  const delivered = (listener.account?.delivered ?? []).map((one) => ({
    at: one.at,
    text: one.kind === 'resync' ? `resync ${one.reason}` : one.id,
  }));
  const place = delivered.findIndex((line) => line.at >= at);
  const around = place < 0 ? delivered.slice(-AROUND) : delivered.slice(Math.max(0, place - AROUND), place + AROUND);
  const resyncs = delivered.filter(({ text }) => text.startsWith('resync'));
  const same = delivered.filter(({ text }) => text === record);
  const states = listener.transitions.filter((transition) => Math.abs(transition.at - at) < NEAR_MS);
  return [...around, ...same, ...resyncs, ...states].map((line) => `    delivered ${seconds(line.at)} ${line.text}`);
}

function seenOfTables({ subscriber, record }: Violation, at: number, { clients }: Site, seconds: Seconds): string[] {
  const client = clients.find(({ accounts }) => accounts.some(({ name }) => name === subscriber));
  const account = client?.accounts.find(({ name }) => name === subscriber);
  if (!client || !account) return [];
  const lines = account.delivered.map((one) => {
    if (one.kind === 'event')
      return { at: one.at, record: one.record, text: `${one.record} ${one.text.slice(0, 80)} ${one.cursor}` };
    return {
      at: one.at,
      record: '',
      text: one.kind === 'resync' ? `resync ${one.reason}` : `snapshot of ${one.states.size}`,
    };
  });
  const place = lines.findIndex((line) => line.at >= at);
  const around = place < 0 ? lines.slice(-AROUND) : lines.slice(Math.max(0, place - AROUND), place + AROUND);
  const ofRecord = lines.filter((line) => line.record === record);
  const states = client.transitions.filter((transition) => Math.abs(transition.at - at) < NEAR_MS);
  const print = (what: string, all: readonly { at: number; text: string }[]) =>
    all.map((one) => `    ${what} ${seconds(one.at)} ${one.text}`);
  return [
    ...print('delivered', around),
    ...print('delivered of the record', ofRecord.slice(-2 * AROUND)),
    ...print('connection', states),
  ];
}

function broken(at: number, { made }: FaultInjector, seconds: Seconds): string[] {
  return made
    .filter(({ began, ended }) => began - NEAR_MS < at && ended + NEAR_MS > at)
    .map(
      ({ fault, began, ended }) => `    fault ${fault.kind} ${fault.gateway} ${seconds(began)} to ${seconds(ended)}`,
    );
}
