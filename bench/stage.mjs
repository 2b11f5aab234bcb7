import { Load } from './load/load.mjs';

/** The processes of one measurement. Whatever happens, `close` ends all of them. */
export class Stage {
  #running = [];

  async server(peer, env, nodeOptions) {
    const server = await peer.start(env, nodeOptions);
    this.#running.push(server);
    return server;
  }

  load() {
    const load = new Load();
    this.#running.push(load);
    return load;
  }

  async close() {
    // Clients first: a server that drains would wait for them.
    for (const process of this.#running.splice(0).reverse()) await process.stop();
  }
}

/** Hands a stage to `work` and closes it. */
export async function onStage(work) {
  const stage = new Stage();
  open.add(stage);
  try {
    return await work(stage);
  } finally {
    open.delete(stage);
    await stage.close();
  }
}

const open = new Set();

/** Ends all processes, for a benchmark that is interrupted. */
export async function closeStages() {
  await Promise.all([...open].map((stage) => stage.close()));
}
