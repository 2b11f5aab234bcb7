import { clientFrame } from './client-frame.mjs';
import { findStamp, payload, stamp } from './payload.mjs';

/** Publishes of one connection to one channel: one frame, copied as often as needed, each with its own time. */
export class Publication {
  #frame;
  #stampAt;

  constructor(connection, channel, { acknowledged, bytes }) {
    this.connection = connection;
    this.#frame = clientFrame(connection.dialect.publish(channel, payload(bytes), acknowledged));
    this.#stampAt = findStamp(this.#frame);
  }

  /** Sends one publish for each time, in one write. */
  send(times) {
    const { length } = this.#frame;
    const bytes = Buffer.allocUnsafe(length * times.length);
    times.forEach((time, index) => {
      this.#frame.copy(bytes, index * length);
      stamp(bytes, index * length + this.#stampAt, time);
    });
    this.connection.socket.write(bytes);
    this.connection.tally.sent += times.length;
  }
}
