import { setTimeout as pause } from 'node:timers/promises';
import type { EventFrame, Row, ServerFrame, SubscribedFrame } from '@edge-hive/protocol';
import type { TestClient } from './client.js';
import type { Service } from './service.js';

const WAIT_MS = 45_000;
/** How often a database that is too busy to answer is asked again, and after how long. */
const MOST_ATTEMPTS = 20;
const PAUSE_MS = 100;
let commands = 0;

export interface SubscribeCommand {
  readonly topic: string;
  readonly filter?: object;
  readonly fields?: readonly string[];
  readonly events?: readonly string[];
  readonly snapshot?: unknown;
  readonly since?: string;
  readonly epoch?: string;
}

/** One subscription of a client as a test looks at it: the frames of its stream, from its `subscribed` on. */
export class TestStream {
  private taken = 0;

  constructor(
    readonly client: TestClient,
    readonly subscribed: SubscribedFrame,
    private readonly from: number,
  ) {}

  get name(): string {
    return this.subscribed.stream;
  }

  /** What came of the stream behind its `subscribed`. */
  get frames(): readonly ServerFrame[] {
    return this.client.frames.slice(this.from).filter((frame) => 'stream' in frame && frame.stream === this.name);
  }

  get events(): readonly EventFrame[] {
    return this.frames.filter((frame) => frame.type === 'event');
  }

  /** What the events so far say, in short. */
  get told(): readonly string[] {
    return this.events.map(inShort);
  }

  /** The next events that were not taken yet. */
  async take(count: number): Promise<readonly EventFrame[]> {
    const end = this.taken + count;
    await this.client.until(() => this.events.length >= end, WAIT_MS);
    const events = this.events.slice(this.taken, end);
    this.taken = end;
    return events;
  }

  async next(): Promise<EventFrame> {
    const [event] = await this.take(1);
    if (!event) throw new Error('There is no event.');
    return event;
  }

  /** The next frame of a type, counted from the beginning of the stream. */
  async frame<Type extends ServerFrame['type']>(type: Type, n = 0): Promise<Extract<ServerFrame, { type: Type }>> {
    const found = () =>
      this.frames.filter((frame): frame is Extract<ServerFrame, { type: Type }> => frame.type === type);
    await this.client.until(() => found().length > n, WAIT_MS);
    const frame = found()[n];
    if (!frame) throw new Error(`There is no ${type}.`);
    return frame;
  }

  /** The rows of its first snapshot, once all came. */
  async snapshot(): Promise<readonly Row[]> {
    const snapshots = () => this.frames.filter((frame) => frame.type === 'snapshot');
    await this.client.until(() => snapshots().some(({ last }) => last), WAIT_MS);
    const end = snapshots().findIndex(({ last }) => last) + 1;
    return snapshots()
      .slice(0, end)
      .flatMap(({ data }) => data);
  }
}

/** An event as `action id`, with its transition behind it if it has one. */
export function inShort({ action, data, transition }: EventFrame): string {
  return [action, data.id, ...(transition ? [transition] : [])].join(' ');
}

/** Subscribes, as clients do: again where the database had no time to answer. @throws Error when the answer isn't `subscribed` */
export async function subscribe(client: TestClient, command: SubscribeCommand): Promise<TestStream> {
  let reply = await ask(client, command);
  for (let n = 1; n < MOST_ATTEMPTS && reply.type === 'error' && reply.code === 'UNAVAILABLE'; n += 1) {
    await pause(PAUSE_MS);
    reply = await ask(client, command);
  }
  if (reply.type !== 'subscribed') throw new Error(`Not subscribed: ${JSON.stringify(reply)}`);
  return new TestStream(client, reply, client.frames.indexOf(reply) + 1);
}

/** What subscribing is answered. */
export function ask(client: TestClient, command: SubscribeCommand): Promise<ServerFrame> {
  commands += 1;
  return client.request({ type: 'subscribe', id: `subscribe-${commands}`, ...command });
}

/**
 * Settles when all that was written before has been told to these clients: what is written to another table comes after
 * it. That table, `marks`, has to be readable.
 */
export async function allTold({ writer }: Pick<Service, 'writer'>, ...clients: readonly TestClient[]): Promise<void> {
  const marks = await Promise.all(clients.map((client) => subscribe(client, { topic: 'marks' })));
  await writer.query('CREATE marks RETURN NONE');
  await Promise.all(marks.map((stream) => stream.next()));
}
