import { fork } from 'node:child_process';
import { once } from 'node:events';

const PROCESS = new URL('load-process.mjs', import.meta.url);
const ANSWER_TIMEOUT_MS = 300_000;

/** A load process: each call is a method of what it runs, `Writers` or `LiveClients`. */
export class Load {
  #child;
  #waiting = new Map();
  #nextId = 0;

  constructor(kind) {
    this.#child = fork(PROCESS, [kind], { serialization: 'advanced' });
    this.#child.on('message', ({ id, result, error }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(`Load: ${error}`));
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The load process ended with ${code}.`));
    });
  }

  get pid() {
    return this.#child.pid;
  }

  call(command, options) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`The load took too long to ${command}.`)), ANSWER_TIMEOUT_MS);
      const settle = (done) => (value) => {
        clearTimeout(timer);
        done(value);
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#child.send({ id, command, options });
    });
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
