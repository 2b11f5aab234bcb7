import { RecordId } from 'surrealdb';
import { setTimeout as delay } from 'node:timers/promises';
import { now } from './clock.mjs';
import { connectDatabase } from './database-client.mjs';
import { dueBy } from './pace.mjs';
import { payload, stampText } from './payload.mjs';
import { Tally } from './tally.mjs';

const WRITERS = 16;
const RECORDS = 10_000;
const FILL_ROWS = 1_000;
const TICK_MS = 1;
/** Of a burst: how many write at a time, and how much each does in a transaction. */
const BURST_WRITERS = 4;
const BURST_ROWS = 500;
const BURST_TRANSACTIONS = 3;
const LEAST_PAUSE_MS = 300;
const MOST_PAUSE_MS = 2_500;
const CONFLICT = 'Transaction conflict';
/** Writes under way at a time: beyond them a write that is due has to wait, and is the later for it. */
const MOST_PENDING = 300;

/** Writers of a table, each over a connection of its own and to records of its own, so that none conflict. */
export class Writers {
  #tally = new Tally();
  #connections = [];
  #table = '';
  #groups = 1;
  #next = 0;
  #conflicts = 0;
  #pending = new Set();
  #text = JSON.parse(payload()).text;

  /** The records are spread over so many groups. */
  async connect({ url, table, groups }) {
    this.#table = table;
    this.#groups = groups;
    this.#connections = await Promise.all(Array.from({ length: WRITERS }, () => connectDatabase(url)));
  }

  /** Makes the records, in bulk. */
  async fill() {
    for (let first = 0; first < RECORDS; first += FILL_ROWS) {
      const rows = Array.from({ length: FILL_ROWS }, (_, index) => ({
        id: new RecordId(this.#table, first + index),
        ...this.#row(first + index, 0),
      }));
      await this.#connections[0].query(`INSERT INTO ${this.#table} $rows RETURN NONE`, { rows });
    }
  }

  begin() {
    this.#tally.begin();
    this.#conflicts = 0;
  }

  end() {
    const figures = this.#tally.end();
    return { ...figures, conflicts: this.#conflicts, perSecond: figures.acknowledgements / figures.seconds };
  }

  /** Writes so many times a second, evenly. A write's latency counts from when it was due. */
  async pace({ rate, seconds }) {
    const began = now();
    const wanted = Math.round(rate * seconds);
    let begun = 0;
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const elapsed = (now() - began) / 1e6;
        const due = Math.min(wanted, dueBy(elapsed, rate));
        while (begun < due && this.#pending.size < MOST_PENDING) {
          this.#begin(began + (begun / rate) * 1e6);
          begun += 1;
        }
        if (begun < wanted && elapsed < seconds) return;
        clearInterval(timer);
        resolve();
      }, TICK_MS);
    });
    await Promise.all(this.#pending);
  }

  /** So many of the writers write, each as soon as its last write was acknowledged. */
  async flood({ seconds, writers = WRITERS }) {
    const until = now() + seconds * 1e6;
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let record = writer; now() < until; record = (record + WRITERS) % RECORDS)
          await this.#write(record, now());
      }),
    );
  }

  /**
   * Transactions in bulk, several in a burst: rows are inserted, changed and deleted, and then comes a pause, short or long.
   * What conflicts is done again. Meanwhile single writes come, few enough that somebody may listen for each.
   */
  async bursts({ seconds }) {
    const until = now() + seconds * 1e6;
    const writers = this.#connections.slice(0, BURST_WRITERS).map(async (connection, writer) => {
      for (let burst = 0; now() < until; burst += 1) {
        for (let turn = 0; turn < BURST_TRANSACTIONS; turn += 1) await this.#bulk(connection, writer);
        await delay(LEAST_PAUSE_MS + ((burst * 7 + writer) % 10) * ((MOST_PAUSE_MS - LEAST_PAUSE_MS) / 10));
      }
    });
    await Promise.all([...writers, this.pace({ rate: 10, seconds })]);
  }

  /** Three transactions over rows that no other writer has. */
  async #bulk(connection, writer) {
    const first = RECORDS * (writer + 1);
    const rows = Array.from({ length: BURST_ROWS }, (_, index) => ({
      id: new RecordId(this.#table, first + index),
      ...this.#row(index, 0),
    }));
    const mine = `${this.#table}:${first}..${first + BURST_ROWS}`;
    for (const statement of [
      `INSERT INTO ${this.#table} $rows RETURN NONE`,
      `UPDATE ${mine} SET n = 1 RETURN NONE`,
      `DELETE ${mine} RETURN NONE`,
    ]) {
      await this.#untilCommitted(() => connection.query(statement, { rows }));
    }
  }

  async #untilCommitted(work) {
    const began = now();
    for (let isDone = false; !isDone;) {
      try {
        await work();
        isDone = true;
      } catch (error) {
        if (!String(error.message).includes(CONFLICT)) throw error;
        this.#conflicts += 1;
      }
    }
    this.#tally.acknowledgements += 1;
    this.#tally.record(now() - began);
  }

  #begin(due) {
    const record = this.#next++ % RECORDS;
    const write = this.#write(record, due).finally(() => this.#pending.delete(write));
    this.#pending.add(write);
  }

  async #write(record, due) {
    await this.#connections[record % WRITERS].query('UPSERT $record CONTENT $row RETURN NONE', {
      record: new RecordId(this.#table, record),
      row: this.#row(record, due),
    });
    this.#tally.acknowledgements += 1;
    this.#tally.record(now() - due);
  }

  #row(record, due) {
    return { group: record % this.#groups, t: stampText(due), text: this.#text };
  }
}
