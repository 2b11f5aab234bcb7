import { setTimeout as delay } from 'node:timers/promises';
import { dialects } from '../dialects/dialects.mjs';
import { Connection } from './connection.mjs';
import { flood } from './flood.mjs';
import { now } from './clock.mjs';
import { pace } from './pace.mjs';
import { Publication } from './publication.mjs';
import { Tally } from './tally.mjs';

/** Handshakes under way at a time: fewer than a server's backlog has room for. */
const HANDSHAKES = 200;
/** Nothing has come for so long: nothing more will. */
const QUIET_MS = 200;
const LOOPBACK_ADDRESSES = 16;

/** The connections of a load process, and what can be done with them. */
export class Generator {
  #connections = [];
  #publications = [];
  #tally = new Tally();
  #lost = 0;

  constructor() {
    this.#tally.begin();
  }

  /** Connects, and subscribes where a connection has targets; each in turn takes the next token and the next targets. */
  async connect({ dialect, host, port, count, tokens, targets = [] }) {
    const began = now();
    let next = 0;
    const worker = async () => {
      while (next < count) {
        const index = next++;
        const connection = new Connection({
          host,
          port,
          localAddress: `127.0.0.${1 + (index % LOOPBACK_ADDRESSES)}`,
          dialect: dialects[dialect],
          token: tokens?.[index % tokens.length],
          tally: this.#tally,
          onClosed: () => (this.#lost += 1),
        });
        this.#connections.push(connection);
        await connection.opened();
        for (const target of targets[index % targets.length] ?? []) await connection.subscribe(target);
      }
    };
    await Promise.all(Array.from({ length: Math.min(HANDSHAKES, count) }, worker));
    return { seconds: (now() - began) / 1e6 };
  }

  /** Who publishes to which channel from now on: connection `index` to `channels[index]`. */
  publishers({ channels, acknowledged = false }) {
    this.#publications = channels.map((channel, index) => {
      return new Publication(this.#connections[index], channel, acknowledged);
    });
  }

  async pace(options) {
    await pace(this.#publications, options);
  }

  async flood(options) {
    this.#tally.sampleEvery = Infinity;
    this.#tally.untilSample = Infinity;
    await flood(this.#publications, options);
  }

  begin({ sampleEvery } = {}) {
    this.#tally.begin(sampleEvery);
  }

  end() {
    return { ...this.#tally.end(), lost: this.#lost };
  }

  /** Settles when nothing comes any more, or after `seconds`. */
  async settle({ seconds }) {
    const deadline = now() + seconds * 1e6;
    for (let before = -1; before !== this.#tally.bytes && now() < deadline;) {
      before = this.#tally.bytes;
      await delay(QUIET_MS);
    }
  }

  /** Sends one publish and settles when `expected` deliveries came: how long that took, in ms. */
  async broadcast({ expected, seconds }) {
    this.#tally.begin(Infinity);
    const began = now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.#tally.deliveries} deliveries came.`)), seconds * 1_000);
      for (const connection of this.#connections) {
        connection.onRead = () => {
          if (this.#tally.deliveries < expected) return;
          clearTimeout(timer);
          resolve({ ms: (now() - began) / 1_000 });
        };
      }
      this.#publications[0].send([began]);
    });
  }

  /** The last `count` connections stop reading. */
  stall({ count }) {
    for (const connection of this.#connections.slice(-count)) connection.socket.pause();
  }

  close() {
    for (const connection of this.#connections) connection.close();
    this.#connections = [];
    this.#publications = [];
  }
}
