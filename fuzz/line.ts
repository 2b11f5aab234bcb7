import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../chaos/random.js';
import { RawSocket } from '../test/support/raw-socket.js';

/** For how long one that waits for the other side's close waits, in ms. */
const PATIENCE_MS = 1_500;

/** Sends these bytes over a connection of their own, in pieces and with pauses, and leaves in one of many ways. */
export async function attackWith(url: string, bytes: Buffer, random: Random): Promise<void> {
  const socket = await RawSocket.connect(url);
  await sendInPieces(socket, bytes, random);
  await leave(socket, random);
}

export async function sendInPieces(socket: RawSocket, bytes: Buffer, random: Random): Promise<void> {
  for (let at = 0; at < bytes.length && !socket.socket.destroyed;) {
    // All at once half of the time: what is handled in one turn meets other faults than what is not.
    const length = random.isOneIn(2) ? bytes.length : random.between(1, bytes.length);
    socket.send(bytes.subarray(at, at + length));
    at += length;
    if (at < bytes.length) await delay(random.between(0, 2));
  }
}

/** A reset at some moment, a close by either side, or one that reads nothing any more. */
export async function leave(socket: RawSocket, random: Random): Promise<void> {
  const way = random.pick(['reset at once', 'reset', 'reset', 'end', 'destroy', 'stay', 'stall'] as const);
  if (way === 'stall') socket.stall();
  if (way === 'end') socket.socket.end();
  if (way === 'reset' || way === 'destroy') await delay(random.between(0, 3));
  if (way === 'destroy') socket.socket.destroy();
  if (way === 'end' || way === 'stay' || way === 'stall') {
    await Promise.race([socket.closed, delay(random.between(1, PATIENCE_MS), undefined, { ref: false })]);
  }
  socket.reset();
  await socket.closed;
}
