import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { type Child, untilEnd } from './child.js';
import type { EmbeddedMessage, StartedMessage, StartMessage } from './embedded/messages.js';
import type { ResolvedOptions } from './options.js';
import { PrintFile } from './print-file.js';

/** By the package's name, so that it is the built file also when this module runs from its TypeScript source. */
const entry = createRequire(import.meta.url).resolve('@edge-hive/surreal-server/server');

/** Of the engine, unless the environment says: a heavy statement holds one to its end, and as many run as there are cores. */
const threads = process.env.TOKIO_WORKER_THREADS ?? String(availableParallelism() + 2);

export function spawnEmbedded(options: ResolvedOptions, port: number): Child {
  const prints = openPrintFile(options);
  const output = prints?.fd ?? 'ignore';
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, TOKIO_WORKER_THREADS: threads },
    stdio: ['ignore', output, output, 'ipc'],
    detached: true, // a signal to our process group must not end it before we have drained
  });
  const ended = untilEnd(child).finally(() => prints?.close().forEach(options.log));
  const listening = untilListening(child, ended);
  child.on('message', (message: EmbeddedMessage) => {
    if (message.state === 'printed') message.lines.forEach(options.log);
  });
  const { data, username, password, allowedOrigins } = options;
  const start: StartMessage = { port, ...(data !== undefined && { data }), username, password, allowedOrigins };
  child.send(start, () => undefined); // a child that is gone already shows in `ended`
  return { process: child, listening, ended };
}

function openPrintFile({ log }: ResolvedOptions): PrintFile | undefined {
  try {
    return PrintFile.open();
  } catch (error) {
    log(`What the embedded server prints is not shown: ${String(error)}`);
    return undefined;
  }
}

async function untilListening(child: ChildProcess, ended: Child['ended']): Promise<number> {
  const started = new Promise<StartedMessage>((resolve) =>
    child.on('message', (message: EmbeddedMessage) => {
      if (message.state !== 'printed') resolve(message);
    }),
  );
  const end = ended.then(({ code, signal }): StartedMessage => {
    return { state: 'failed', message: `The embedded SurrealDB server ended with ${signal ?? code ?? 'an error'}` };
  });
  const answer = await Promise.race([started, end]);
  if (answer.state === 'listening') return answer.port;
  throw Object.assign(new Error(answer.message), answer.code !== undefined && { code: answer.code });
}
