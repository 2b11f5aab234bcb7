import { now } from './clock.mjs';

const TICK_MS = 1;

/** Bytes that wait for a server that reads too slowly, at most: beyond them a publisher holds back. */
const HELD_BACK_BYTES = 4 * 1024 * 1024;

/** How many are due after so many seconds: the first at once. */
export function dueBy(seconds, rate) {
  return Math.floor(seconds * rate) + 1;
}

/**
 * Offers so many publishes a second, evenly, whatever comes back. Each carries the time when it was due: one that is late
 * because the server reads slowly is late for its receivers, too.
 */
export async function pace(publications, { rate, seconds }) {
  const began = now();
  const wanted = Math.round(rate * seconds);
  const deadline = began + seconds * 1e6;
  let turn = 0;
  let sent = 0;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const time = now();
      const due = Math.min(wanted, dueBy((time - began) / 1e6, rate)) - sent;
      const times = new Map();
      for (let message = 0; message < due; message += 1) {
        const publication = publications[turn++ % publications.length];
        if (publication.connection.socket.writableLength > HELD_BACK_BYTES) continue;
        let mine = times.get(publication);
        if (!mine) times.set(publication, (mine = []));
        mine.push(began + ((sent + message) / rate) * 1e6);
      }
      for (const [publication, mine] of times) publication.send(mine);
      sent += Math.max(due, 0);
      if (sent < wanted && time < deadline) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
}
