import { RealtimeClient, type WebSocketConstructor } from '@edge-hive/realtime-client';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { WebSocket } from 'ws';
import { tokenOf } from '../test/support/tokens.js';
import type { ClientWire } from './client-wire.js';

const NEVER = 4_000_000_000;
const BACKOFF = { baseDelay: 100, maxDelay: 1_000 };

export interface Transition {
  readonly at: number;
  readonly text: string;
}

export interface Speaker {
  readonly principal: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Another one than tests sign. */
  readonly token?: string;
  readonly WebSocket?: WebSocketConstructor;
}

/** A client through the library, over a wire of its own, and what became of its connection. */
export class WiredClient {
  readonly transitions: Transition[] = [];
  /** By close code. */
  readonly closes = new Map<number, number>();
  readonly errors: string[] = [];
  /** Delivered of what comes to it all the time: when that was written. */
  onBeat: (written: number) => void = () => undefined;
  protected readonly client: RealtimeClient;

  constructor(
    readonly name: string,
    readonly wire: ClientWire,
    { principal, claims, token, WebSocket: constructor = WebSocket }: Speaker,
  ) {
    this.client = new RealtimeClient(`ws://127.0.0.1:${wire.port}${REALTIME_PATH}`, {
      token: token ?? tokenOf(principal, { exp: NEVER, ...claims }),
      backoff: BACKOFF,
      WebSocket: constructor,
    });
    this.client.on('error', (error) => this.errors.push(String(error)));
    this.client.on('state', (state) => {
      const reason = 'reason' in state ? `${state.reason.code} ${state.reason.reason}` : '';
      this.transitions.push({ at: Date.now(), text: `${state.status} ${reason}` });
      if (state.status === 'reconnecting') {
        const { code } = state.reason;
        this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
      }
    });
  }

  close(): void {
    this.client.close();
  }
}
