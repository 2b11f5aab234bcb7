import { setTimeout as delay } from 'node:timers/promises';
import { now } from './clock.mjs';

/**
 * Keeps so many publishes of each connection under way: for each that comes back, as an acknowledgement or as its own
 * delivery, the next one is sent. As fast as the server can, and never faster.
 */
export async function flood(publications, { window, seconds, answers }) {
  let flooding = true;
  for (const publication of publications) {
    const { connection } = publication;
    const pending = [];
    let answered = connection.reader[answers];
    const send = (count) => {
      const time = now();
      const times = new Array(count).fill(time);
      pending.push(...times);
      publication.send(times);
    };
    connection.onRead = () => {
      const count = connection.reader[answers] - answered;
      if (count === 0) return;
      answered += count;
      const time = now();
      for (const sent of pending.splice(0, count)) connection.tally.record(time - sent);
      if (flooding) send(count);
    };
    send(window);
  }
  await delay(seconds * 1_000);
  flooding = false;
}
