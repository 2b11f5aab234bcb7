import { afterEach, beforeEach } from '@jest/globals';
import { WebSocket } from 'ws';
import { type ConnectionState, RealtimeClient, type RealtimeClientOptions, RealtimeError } from '../src/index.js';
import { ScriptedServer } from './scripted-server.js';

/** A server and a client of it for each test. Both are gone after it. */
export class Setup {
  readonly errors: RealtimeError[] = [];
  readonly states: ConnectionState[] = [];
  private running: ScriptedServer | undefined;
  private readonly clients: RealtimeClient[] = [];

  get server(): ScriptedServer {
    if (this.running === undefined) throw new Error('There is a server only while a test runs.');
    return this.running;
  }

  /** @param port 0: one that is free */
  async start(port = 0): Promise<void> {
    this.running = await ScriptedServer.start(port);
  }

  /** Waits between tries are short, so that tests are. */
  client(options: RealtimeClientOptions = {}): RealtimeClient {
    const backoff = { baseDelay: 1, maxDelay: 5 };
    const client = new RealtimeClient(this.server.url, { WebSocket, backoff, ...options });
    client.on('error', (error) => this.errors.push(error));
    client.on('state', (state) => this.states.push(state));
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.close();
    this.errors.length = 0;
    this.states.length = 0;
    await this.server.stop();
  }
}

export function useServer(): Setup {
  const setup = new Setup();
  beforeEach(() => setup.start());
  afterEach(() => setup.stop());
  return setup;
}

/** Resolves with the first state of this kind from now on. */
export async function stateOf<Status extends ConnectionState['status']>(
  client: RealtimeClient,
  status: Status,
): Promise<Extract<ConnectionState, { status: Status }>> {
  return new Promise((resolve) => {
    const off = client.on('state', (state) => {
      if (state.status !== status) return;
      off();
      resolve(state as Extract<ConnectionState, { status: Status }>);
    });
  });
}
