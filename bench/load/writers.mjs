import { RecordId } from 'surrealdb';
import { now } from './clock.mjs';
import { connectDatabase } from './database-client.mjs';
import { dueBy } from './pace.mjs';
import { payload, stampText } from './payload.mjs';
import { Tally } from './tally.mjs';

const WRITERS = 16;
const RECORDS = 10_000;
const FILL_ROWS = 1_000;
const TICK_MS = 1;
/** Writes under way at a time: beyond them a write that is due has to wait, and is the later for it. */
const MOST_PENDING = 300;

/** Writers of a table, each over a connection of its own and to records of its own, so that none conflict. */
export class Writers {
  #tally = new Tally();
  #connections = [];
  #table = '';
  #groups = 1;
  #next = 0;
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
  }

  end() {
    const figures = this.#tally.end();
    return { ...figures, perSecond: figures.acknowledgements / figures.seconds };
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
