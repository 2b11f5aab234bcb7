import { dialects } from '../dialects/dialects.mjs';
import { Connection } from './connection.mjs';
import { flood } from './flood.mjs';
import { now } from './clock.mjs';
import { pace } from './pace.mjs';
import { Publication } from './publication.mjs';
import { Tally } from './tally.mjs';

/** Handshakes under way at a time: fewer than a server's backlog has room for. */
const HANDSHAKES = 200;
const LOOPBACK_ADDRESSES = 16;

/** The connections of a load process, and what can be done with them. */
export class Generator {
  #connections = [];
  #publications = [];
  #tally = new Tally();
  #lost = 0;

  /** Connects; each takes the next token and subscribes to the next targets. Handshakes are told as latencies. */
  async connect({ dialect, host, port, count, tokens, targets }) {
    const began = now();
    const first = this.#connections.length;
    await this.#atATime(count, async (index) => {
      const asked = now();
      const connection = new Connection({
        host,
        port,
        localAddress: `127.0.0.${1 + (index % LOOPBACK_ADDRESSES)}`,
        dialect: dialects[dialect],
        token: tokens?.[index % tokens.length],
        tally: this.#tally,
        onClosed: () => (this.#lost += 1),
      });
      this.#connections[first + index] = connection;
      await connection.opened();
      this.#tally.record(now() - asked);
    });
    const seconds = (now() - began) / 1e6;
    if (targets) await this.subscribe({ targets });
    return { seconds };
  }

  /** Each connection subscribes to all of the next targets. */
  async subscribe({ targets }) {
    await this.#atATime(this.#connections.length, async (index) => {
      for (const target of targets[index % targets.length]) await this.#connections[index].subscribe(target);
    });
  }

  /** Who publishes to which channel from now on: connection `index` to `channels[index]`. */
  publishers({ channels, acknowledged = false, bytes }) {
    this.#publications = channels.map((channel, index) => {
      return new Publication(this.#connections[index], channel, { acknowledged, bytes });
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

  /** From now on what comes is counted. */
  begin({ sampleEvery } = {}) {
    this.#tally.begin(sampleEvery);
  }

  end() {
    return { ...this.#tally.end(), lost: this.#lost };
  }

  settle(options) {
    return this.#tally.settle(options);
  }

  /** Publishes so many times, each when all have the last one. Latency is the time until the last of them had it. */
  async broadcasts({ count, expected, seconds }) {
    this.#tally.begin(Infinity);
    for (let broadcast = 0; broadcast < count; broadcast += 1) await this.#broadcast(expected, seconds);
    return this.end();
  }

  /** No connection reads any more. */
  stall() {
    for (const connection of this.#connections) connection.socket.pause();
  }

  resume() {
    for (const connection of this.#connections) connection.socket.resume();
  }

  close() {
    for (const connection of this.#connections) connection.close();
    this.#connections = [];
    this.#publications = [];
  }

  #broadcast(expected, seconds) {
    this.#tally.deliveries = 0;
    const began = now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.#tally.deliveries} deliveries came.`)), seconds * 1_000);
      const read = () => {
        if (this.#tally.deliveries < expected) return;
        clearTimeout(timer);
        this.#tally.record(now() - began);
        resolve();
      };
      for (const connection of this.#connections) connection.onRead = read;
      this.#publications[0].send([began]);
    });
  }

  async #atATime(count, work) {
    let next = 0;
    const worker = async () => {
      while (next < count) await work(next++);
    };
    await Promise.all(Array.from({ length: Math.min(HANDSHAKES, count) }, worker));
  }
}
