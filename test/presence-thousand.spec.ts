import { once } from 'node:events';
import type { PresenceFrame, ServerFrame } from '@edge-hive/protocol';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { startGateway, type Gateway } from './support/gateway.js';
import { membersIn } from './support/presence.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

jest.setTimeout(120_000);

const SEATS = 1_000;
/** Sockets that are opened at a time. */
const AT_ONCE = 50;
const MOST_FRAMES = 12;
const INTERVAL_MS = 100;
const CHANNEL = 'hall';

/** Frames are the same bytes for all: each is read once, or this test would take the time that it gives the service. */
const read = new Map<string, ServerFrame>();

function frameOf(text: string): ServerFrame {
  const known = read.get(text);
  if (known) return known;
  const frame = JSON.parse(text) as ServerFrame;
  read.set(text, frame);
  return frame;
}

/** A client that keeps its presence frames as they came. */
class Seat {
  texts: string[] = [];

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith('{"type":"presence"')) this.texts.push(text);
    });
  }

  static async open(url: string, principal: string): Promise<Seat> {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${tokenOf(principal)}` } });
    await once(socket, 'message');
    return new Seat(socket);
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  get members(): ReturnType<typeof membersIn> {
    return membersIn(this.texts.map((text) => frameOf(text) as PresenceFrame));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.socket, 'message');
  }

  close(): void {
    this.socket.terminate();
  }
}

describe('a thousand who look and come at once', () => {
  let gateway: Gateway;
  const seats: Seat[] = [];
  beforeAll(async () => {
    gateway = await startGateway({ JWT_SECRET, PRESENCE_INTERVAL_MS: String(INTERVAL_MS) });
    while (seats.length < SEATS) {
      const names = Array.from({ length: AT_ONCE }, (_, n) => `user-${seats.length + n}`);
      seats.push(...(await Promise.all(names.map((name) => Seat.open(gateway.url, name)))));
    }
  }, 120_000);
  afterAll(async () => {
    for (const seat of seats) seat.close();
    await gateway.stop();
  });

  /** Settles when each knows all, in such a state. All know the same then. */
  async function settled(isDone: (state: Record<string, unknown>) => boolean): Promise<void> {
    for (const seat of seats) {
      await seat.until(() => {
        const members = [...(seat.members?.values() ?? [])];
        return members.length === SEATS && members.every(({ state }) => isDone(state));
      });
    }
    const known = new Set(seats.map(({ members }) => JSON.stringify([...(members ?? [])].sort())));
    expect(known.size).toBe(1);
  }

  /** A dozen, or one an interval where the machine takes longer for a thousand than a dozen of them. */
  const mostFrames = (start: number) => Math.max(MOST_FRAMES, 2 + (performance.now() - start) / INTERVAL_MS);

  it('get a dozen frames at most, and all know the same in the end', async () => {
    const start = performance.now();
    for (const [index, seat] of seats.entries()) {
      seat.send({ type: 'subscribe', channel: CHANNEL, presence: true });
      seat.send({ type: 'presence', channel: CHANNEL, state: { seat: index }, key: 'k' });
    }
    await settled(() => true);
    expect(Math.max(...seats.map(({ texts }) => texts.length))).toBeLessThanOrEqual(mostFrames(start));
  });

  it('get a dozen frames at most when all change, and the very same', async () => {
    const start = performance.now();
    const before = seats.map(({ texts }) => texts.length);
    for (const seat of seats) seat.send({ type: 'presence', channel: CHANNEL, state: { seat: 'none' }, key: 'k' });
    await settled(({ seat }) => seat === 'none');
    const frames = seats.map(({ texts }, index) => texts.slice(before[index]));
    expect(frames[0]?.length).toBeLessThanOrEqual(mostFrames(start));
    expect(new Set(frames.map((texts) => texts.join('\n'))).size).toBe(1);
  });
});
