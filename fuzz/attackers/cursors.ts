import { REALTIME_PATH } from '@edge-hive/protocol';
import type { Random } from '../../chaos/random.js';
import type { Attacker, Target } from '../attacker.js';
import { Conversation, type Frame } from '../conversation.js';
import { mutated } from '../mutation.js';
import { PRINCIPALS, type PrincipalId } from '../canary.js';

/** What is subscribed to, as whom and where. */
interface Place {
  readonly principal: PrincipalId;
  /** Which of the two instances. */
  readonly other: boolean;
  readonly subject: Readonly<Record<string, unknown>>;
}

/** A place in a stream: a cursor, its epoch, and the number of the last change or message up to there. */
interface Mark {
  readonly cursor: string;
  readonly epoch: string;
  readonly k?: number;
}

const FENCED = [
  { topic: 'fenced' },
  { topic: 'fenced' },
  { topic: 'fenced', filter: { k: { gte: 0 } } },
  { topic: 'fenced', fields: ['k'] },
];
const FOREIGN = [
  { topic: 'sealed' },
  { topic: 'witnessed' },
  { channel: 'hidden:room' },
  { channel: 'own:somebody else' },
  { topic: 'open' },
];
const OTHER_CURSORS = [
  '0',
  '-1',
  '1',
  '9'.repeat(20),
  '9'.repeat(64),
  '18446744073709551615',
  '18446744073709551616',
  '0x10',
  '',
  'x',
  '\u0000',
  '1e3',
  '115000000000000000',
  '..',
  ' 1',
];
const MOST_READING_MS = 400;

/**
 * Cursors and epochs that are changed, or carried from one stream, principal or instance to another. A stream that says that it recovered
 * has to tell each change or message from there on once, in order; one that doesn't, tells nothing of before.
 */
export const cursors: Attacker = {
  name: 'cursors',
  attack: async (target, random) => {
    const from = place(random);
    const first = await connect(target, from);
    first.send(JSON.stringify({ type: 'subscribe', id: 'first', ...from.subject }));
    const subscribed = await first.until(({ id }) => id === 'first');
    if (random.isOneIn(2)) await first.until(({ cursor, type }) => isDelivery(type) && cursor !== undefined, 1_000);
    await first.until(() => false, random.between(0, MOST_READING_MS));
    await first.end();
    if (subscribed?.type !== 'subscribed') return;
    const mark = markIn(first.frames, subscribed, random);

    const to = random.isOneIn(2) ? from : place(random);
    const [cursor, epoch] = [changed(mark.cursor, random), random.isOneIn(4) ? undefined : changed(mark.epoch, random)];
    const second = await connect(target, to);
    const command = {
      type: 'subscribe',
      id: 'second',
      ...to.subject,
      since: cursor,
      epoch,
      snapshot: random.isOneIn(6) && 'topic' in to.subject,
    };
    second.send(JSON.stringify(command.snapshot ? command : { ...command, snapshot: undefined }));
    await second.until(() => false, random.between(0, MOST_READING_MS));
    await second.end();
    const exact = to === from && cursor === mark.cursor && epoch === mark.epoch ? mark : undefined;
    judge(second.frames, to, from, exact, JSON.stringify([from, to, mark, command]));
  },
};

function place(random: Random): Place {
  const principal = random.pick(PRINCIPALS);
  const own = { channel: `own:${random.isOneIn(4) ? random.pick(PRINCIPALS) : principal}` };
  const subject = random.pick([random.pick(FENCED), random.pick(FENCED), own, random.pick(FOREIGN)]);
  return { principal, other: random.isOneIn(3), subject };
}

function connect({ httpUrl, otherUrl, tokenOf }: Target, { principal, other }: Place): Promise<Conversation> {
  return Conversation.open(`${(other ? otherUrl : httpUrl).replace('http', 'ws')}${REALTIME_PATH}`, {
    principal,
    headers: { authorization: `Bearer ${tokenOf(principal, {})}` },
  });
}

function markIn(frames: readonly Frame[], subscribed: Frame, random: Random): Mark {
  const { cursor, epoch } = subscribed as unknown as Mark;
  const deliveries = frames.filter(({ type, cursor: at }) => isDelivery(type) && at !== undefined);
  if (deliveries.length === 0 || random.isOneIn(3)) return { cursor, epoch };
  const delivery = random.pick(deliveries);
  const k = numberOf(delivery);
  return { cursor: String(delivery.cursor), epoch, ...(k !== undefined && { k }) };
}

function changed(text: string, random: Random): string {
  if (!random.isOneIn(3)) return text;
  if (random.isOneIn(3)) return random.pick(OTHER_CURSORS);
  if (/^\d+$/.test(text) && random.isOneIn(2))
    return String(BigInt(text) + BigInt(random.between(-3, 3)) * 65_536n ** BigInt(random.between(0, 2)));
  return mutated(Buffer.from(text), random).toString('latin1').slice(0, 64);
}

function isDelivery(type: string): boolean {
  return type === 'event' || type === 'message';
}

/** The number that the world gave it; a DELETE has none of its own. */
function numberOf({ data, action }: Frame): number | undefined {
  const { k } = (typeof data === 'object' && data !== null ? data : {}) as { k?: unknown };
  return action !== 'DELETE' && typeof k === 'number' ? k : undefined;
}

function judge(frames: readonly Frame[], to: Place, from: Place, exact: Mark | undefined, what: string): void {
  const answer = frames.find(({ type }) => type === 'subscribed');
  if (!answer) return;
  if ('channel' in to.subject && to.other !== from.other && answer.recovered === true) {
    throw new Error(`A channel was recovered from another instance's cursor: ${what}`);
  }
  if (to.subject.topic === 'open') return;
  let last = answer.recovered === true ? exact?.k : undefined;
  const seen = new Set<unknown>();
  for (const frame of frames) {
    if (frame.type === 'resync') last = undefined;
    if (!isDelivery(frame.type) || seen.has(frame.cursor)) continue;
    seen.add(frame.cursor);
    const k = numberOf(frame);
    if (k === undefined) continue;
    const isNext = last === undefined || k === last + 1 || (seen.size === 1 && k <= last);
    if (!isNext) throw new Error(`${last} is followed by ${k} in ${what}: ${JSON.stringify(frames).slice(0, 3_000)}`);
    last = k;
  }
  owned(frames, to, what);
}

function owned(frames: readonly Frame[], { principal }: Place, what: string): void {
  const foreign = frames.find(({ type, data }) => {
    return type === 'message' && (data as { to?: unknown } | null)?.to !== principal;
  });
  if (foreign) throw new Error(`${principal} got ${JSON.stringify(foreign)} in ${what}`);
}
