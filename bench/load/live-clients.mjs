import { Table, eq } from 'surrealdb';
import { now } from './clock.mjs';
import { connectDatabase } from './database-client.mjs';
import { Tally } from './tally.mjs';

/** Clients of the official SDK, each with a connection and one live query of its own, as an application has them. */
export class LiveClients {
  #tally = new Tally();

  /**
   * One client a group, or a record user, who has rows of its own by permissions: one after the other, since live queries that are
   * made at once conflict.
   */
  async connect({ url, table, groups = 0, tokens = [] }) {
    for (let group = 0; group < groups; group += 1) {
      const connection = await connectDatabase(url);
      this.#follow(await connection.live(new Table(table)).where(eq('group', group)));
    }
    for (const token of tokens) {
      const connection = await connectDatabase(url, token);
      this.#follow(await connection.live(new Table(table)));
    }
  }

  #follow(live) {
    live.subscribe(({ value }) => {
      this.#tally.deliveries += 1;
      this.#tally.record(now() - Number(value.t));
    });
  }

  begin() {
    this.#tally.begin();
  }

  end() {
    return this.#tally.end();
  }

  settle(options) {
    return this.#tally.settle(options);
  }
}
