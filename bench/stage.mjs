import { Generator } from './load/generator.mjs';
import { Load } from './load/load.mjs';

const open = new Set();
let closing = false;

/** The processes of one measurement. Whatever happens, `close` ends all of them. */
export class Stage {
  #running = [];
  #profile;

  constructor(profile) {
    this.#profile = profile;
  }

  /** A server of a peer. */
  server(peer, options = {}) {
    return this.add(peer.start({ profile: this.#profile, ...options }));
  }

  /** A load process: connections, or `writers` or `live-clients` of a database. */
  load(kind) {
    const load = kind === undefined ? new Generator() : new Load(kind);
    this.#running.push(load);
    return load;
  }

  /** Anything that is started, and can be stopped. */
  add(starting) {
    this.#running.push(starting);
    return starting;
  }

  async close() {
    // Clients first: a server that drains would wait for them.
    for (const starting of this.#running.splice(0).reverse()) {
      const [{ value: started }] = await Promise.allSettled([starting]);
      await started?.stop();
    }
  }
}

/** Hands a stage to `work` and closes it. */
export async function onStage({ profile }, work) {
  if (closing) throw new Error('The benchmark was interrupted.');
  const stage = new Stage(profile);
  open.add(stage);
  try {
    return await work(stage);
  } finally {
    open.delete(stage);
    await stage.close();
  }
}

/** Ends all processes, for a benchmark that is interrupted. */
export async function closeStages() {
  closing = true;
  await Promise.all([...open].map((stage) => stage.close()));
}
