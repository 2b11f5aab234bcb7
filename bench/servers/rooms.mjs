/** Who is subscribed to what. */
export class Rooms {
  #members = new Map();

  join(channel, socket) {
    const members = this.#members.get(channel) ?? new Set();
    this.#members.set(channel, members.add(socket));
    socket.on('close', () => members.delete(socket));
  }

  members(channel) {
    return this.#members.get(channel) ?? [];
  }
}
