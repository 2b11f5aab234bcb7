import { serverFrame } from './server-frame.mjs';

/** Joins the frames of a tick into one write a socket, once a channel. */
export class JoinedFrames {
  #waiting = new Map();

  constructor(rooms) {
    this.rooms = rooms;
  }

  add(channel, text) {
    if (this.#waiting.size === 0) setImmediate(() => this.#flush());
    const frame = serverFrame(text);
    const frames = this.#waiting.get(channel);
    if (frames) frames.push(frame);
    else this.#waiting.set(channel, [frame]);
  }

  #flush() {
    const flushed = this.#waiting;
    this.#waiting = new Map();
    for (const [channel, frames] of flushed) {
      const joined = Buffer.concat(frames);
      for (const { _socket: socket } of this.rooms.members(channel)) socket.write(joined);
    }
  }
}
