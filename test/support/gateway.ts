import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { REALTIME_PATH } from '@edge-hive/protocol';

const MAIN = process.env.GATEWAY_MAIN ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const START_MS = 30_000;

/** The built service, running as its users run it. */
export interface Gateway {
  /** Of the WebSocket endpoint. */
  readonly url: string;
  readonly httpUrl: string;
  readonly pid: number;
  /** Everything it has printed so far. */
  readonly output: string;
  kill(signal: NodeJS.Signals): void;
  /** Settles when the process has ended. */
  exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** In a process group of its own, as a terminal starts it: `process.kill(-pid, …)` reaches all of it. */
  readonly ownGroup?: boolean;
  /** What is run in place of `dist/main.js`. */
  readonly main?: string;
  /** How long it may take to be ready. */
  readonly startMs?: number;
}

/**
 * Starts `node dist/main.js` on a free port of 127.0.0.1. Without `SURREAL_URL` it runs a database of its own.
 * @throws Error with the output, if it ends or isn't ready in time, by default within 30 s
 */
export async function startGateway(
  env: Readonly<Record<string, string>> = {},
  { ownGroup = false, main = MAIN, startMs = START_MS }: GatewayOptions = {},
): Promise<Gateway> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [main], {
    env: { PATH, HOST: '127.0.0.1', PORT: '0', SURREAL_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: ownGroup,
  });
  const gateway = new RunningGateway(child);
  await gateway.ready(startMs);
  return gateway;
}

class RunningGateway implements Gateway {
  httpUrl = '';
  output = '';
  private readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    // Its end is told once all that it printed was read, and whoever it started has let go of its output.
    this.exit = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  get url(): string {
    return `${this.httpUrl.replace('http', 'ws')}${REALTIME_PATH}`;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async ready(startMs: number): Promise<void> {
    const timer = setTimeout(() => this.kill('SIGKILL'), startMs);
    const line = await Promise.race([this.listeningLine(), this.exit.then(() => undefined)]);
    clearTimeout(timer);
    if (line === undefined) {
      const { code, signal } = await this.exit;
      throw new Error(`The gateway did not start (${signal ?? code}):\n${this.output}`);
    }
    this.httpUrl = line;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.exit;
  }

  async stop(): Promise<void> {
    this.kill('SIGTERM');
    await this.exit;
  }

  private async listeningLine(): Promise<string | undefined> {
    if (!this.child.stdout) return undefined;
    for await (const line of createInterface({ input: this.child.stdout })) {
      const url = /^listening on (http:\/\/\S+)$/.exec(line)?.[1];
      if (url !== undefined) return url;
    }
    return undefined;
  }
}
