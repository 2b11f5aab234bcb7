import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { dialects } from '../dialects/dialects.mjs';
import { builtGenerator } from './built-generator.mjs';
import { clientFrame } from './client-frame.mjs';
import { handshake } from './handshake.mjs';
import { findStamp, payload } from './payload.mjs';

/** Handshakes under way at a time: fewer than a server's backlog has room for. */
const HANDSHAKES = 200;
/** How finely publishes are spread, in µs. */
const PACE_TICK = 250;
/** One of so many deliveries has its latency measured. A prime, so that no pattern of batches is sampled in step. */
const SAMPLE_EVERY = 97;

/** The connections of a load process of its own (`generator.c`), and what can be done with them. */
export class Generator {
  #child;
  #answers;
  #connections = 0;
  #dialect;

  constructor() {
    this.#child = spawn(builtGenerator(), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return this.#child.pid;
  }

  /**
   * - `connect`: each takes the next token and subscribes to the next targets; handshakes are told as latencies
   * - `subscribe`: each connection subscribes to all of the next targets
   * - `publishers`: connection `index` publishes to `channels[index]` from now on
   * - `pace`: so many publishes a second, evenly, whatever comes back
   * - `flood`: keeps so many publishes of each connection under way
   * - `begin`, `end`: what comes between them is counted
   * - `settle`: until what is expected has come, or nothing has for a while
   * - `broadcasts`: so many publishes, each when all have the last one; latency is the time until the last of them had it
   * - `stall`, `resume`: no connection reads any more, until it does
   * - `close`
   */
  async call(command, options = {}) {
    for (const line of this.#lines(command, options)) this.#child.stdin.write(`${line}\n`);
    if (command === 'publishers') return {};
    const { value } = await this.#answers.next();
    if (value === undefined) throw new Error('The load process ended.');
    const answer = JSON.parse(value);
    if (answer.fault !== undefined) throw new Error(`Load: ${answer.fault}.`);
    if (command === 'connect' && options.targets) await this.call('subscribe', options);
    return answer;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  *#lines(command, options) {
    switch (command) {
      case 'connect':
        return yield* this.#connect(options);
      case 'subscribe':
        return yield* this.#subscribe(options);
      case 'publishers':
        return yield* this.#publishers(options);
      case 'pace':
        return yield `pace ${options.rate} ${options.seconds} ${PACE_TICK}`;
      case 'flood':
        return yield `flood ${options.window} ${options.seconds} ${options.answers === 'acknowledgements' ? 1 : 0}`;
      case 'begin': {
        const { sampleEvery = SAMPLE_EVERY } = options;
        return yield `begin ${Number.isFinite(sampleEvery) ? sampleEvery : 0}`;
      }
      case 'settle':
        return yield `settle ${options.seconds} ${options.expected ?? ''}`;
      case 'broadcasts':
        return yield `broadcasts ${options.count} ${options.expected} ${options.seconds}`;
      case 'close':
        this.#connections = 0;
    }
    yield command;
  }

  *#connect({ dialect, host, port, count, tokens }) {
    this.#dialect = dialects[dialect];
    yield* settingsOf(this.#dialect);
    for (let index = 0; index < count; index += 1) {
      const token = tokens?.[index % tokens.length];
      yield `connection ${hex(handshake(host, port, this.#dialect, token))}`;
    }
    this.#connections += count;
    yield `open ${port} ${HANDSHAKES}`;
  }

  *#subscribe({ targets }) {
    const { subscribe, opcode } = this.#dialect;
    for (let index = 0; index < this.#connections; index += 1) {
      for (const target of targets[index % targets.length]) {
        yield `command ${index} ${hex(clientFrame(subscribe(target), opcode))}`;
      }
    }
    yield 'run';
  }

  *#publishers({ channels, acknowledged = false, bytes }) {
    const { publish, opcode } = this.#dialect;
    yield 'forget';
    for (const [index, channel] of channels.entries()) {
      const frame = clientFrame(publish(channel, payload(bytes), acknowledged), opcode);
      yield `publication ${index} ${findStamp(frame)} ${hex(frame)}`;
    }
  }
}

function settingsOf(dialect) {
  const {
    scan,
    opcode,
    hello,
    ready,
    subscribed,
    error,
    delivery,
    acknowledgement,
    acknowledged,
    answers = [],
  } = dialect;
  const settings = {
    scan: scan ? '1' : '0',
    hello: hello === undefined ? '' : hex(clientFrame(hello, opcode)),
    ready: hex(ready ?? ''),
    subscribed: hex(subscribed),
    error: hex(error),
    acknowledged: hex(acknowledged ?? ''),
    ...(delivery && { delivery: markText(delivery) }),
    ...(acknowledgement && { acknowledgement: markText(acknowledgement) }),
  };
  return [
    ...Object.entries(settings).map(([name, value]) => `set ${name}=${value}`),
    ...answers.map(([prefix, answer]) => `set answer=${hex(prefix)}:${hex(clientFrame(answer, opcode))}`),
  ];
}

function markText({ at, code }) {
  return `${at}:${code.toString(16).padStart(4, '0')}`;
}

function hex(bytes) {
  return Buffer.from(bytes).toString('hex');
}
