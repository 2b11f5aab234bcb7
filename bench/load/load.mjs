import { fork } from 'node:child_process';
import { once } from 'node:events';

const PROCESS = new URL('generator-process.mjs', import.meta.url);
const ANSWER_TIMEOUT_MS = 120_000;

/** A load process: each call is a method of its `Generator`. */
export class Load {
  #child = fork(PROCESS, { serialization: 'advanced' });
  #waiting = new Map();
  #nextId = 0;

  constructor() {
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

  call(command, options) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`The load process took too long to ${command}.`)),
        ANSWER_TIMEOUT_MS,
      );
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
