import { once } from 'node:events';
import { REALTIME_PATH, type Row } from '@edge-hive/protocol';
import { WebSocket } from 'ws';
import { TestClient } from './client.js';

/** One who reads a table, whatever carries it. */
export interface TableReader {
  /** What it was sent, in order: `SNAPSHOT prices:tea 250`, `DELETE prices:tea`. */
  readonly told: readonly string[];
  /** Settles when it was sent so many. */
  until(count: number): Promise<void>;
  /** How its socket ended. */
  readonly closed: Promise<number>;
  close(): void;
}

export type Outcome = TableReader | 'unauthenticated' | 'forbidden' | 'unknown';

/** A way to read a table: all rows, then every change. */
export interface TableTransport {
  /** Settles when it has the rows, or why not. Without a token nobody is sent anything. */
  read(url: string, topic: string, token?: string): Promise<Outcome>;
}

const MOST_MS = 45_000;

const textOf = (action: string, { id, cents }: Row) =>
  [action, id, ...(typeof cents === 'number' ? [cents] : [])].join(' ');

/** The protocol's own. */
export const protocol: TableTransport = {
  async read(url, topic, token) {
    const client = await TestClient.connect(`${url}${REALTIME_PATH}`, token === undefined ? {} : { token });
    const refused = client.closed.then(({ code }) => (code === 4401 ? 'unauthenticated' : 'forbidden'));
    client.send({ type: 'subscribe', id: 's', topic, snapshot: true });
    const reply = await Promise.race([client.reply('s').catch(() => refused), refused]);
    if (typeof reply === 'string') return reply;
    if (reply.type === 'error') {
      await client.close();
      if (reply.code === 'UNAUTHENTICATED') return 'unauthenticated';
      return reply.code === 'UNKNOWN_TOPIC' ? 'unknown' : 'forbidden';
    }
    const told = () =>
      client.frames.flatMap((frame) => {
        if (frame.type === 'snapshot') return frame.data.map((row) => textOf('SNAPSHOT', row));
        return frame.type === 'event' ? [textOf(frame.action, frame.data)] : [];
      });
    await client.until(() => client.frames.some((frame) => frame.type === 'snapshot' && frame.last), MOST_MS);
    return {
      get told() {
        return told();
      },
      until: (count) => client.until(() => told().length >= count, MOST_MS),
      closed: client.closed.then(({ code }) => code),
      close: () => void client.close(),
    };
  },
};

/** The ticker of docs/extending.md, whose displays know no protocol. Its tables have to have a row. */
export const ticker: TableTransport = {
  async read(url, topic, token) {
    const query = new URLSearchParams({ topic, ...(token !== undefined && { token }) });
    const socket = new WebSocket(`${url}/api/v1/ticker?${query}`);
    const told: string[] = [];
    socket.on('message', (data: Buffer) => {
      const { action, row } = JSON.parse(data.toString()) as { action: string; row: Row };
      told.push(textOf(action, row));
    });
    const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
    const until = async (count: number) => {
      const signal = AbortSignal.timeout(MOST_MS);
      while (told.length < count) await once(socket, 'message', { signal });
    };
    const end = await Promise.race([until(1), closed]);
    if (end) {
      if (end.code === 4401 || end.reason.includes('token is needed')) return 'unauthenticated';
      return end.reason.includes('there is no table') ? 'unknown' : 'forbidden';
    }
    return { told, until, closed: closed.then(({ code }) => code), close: () => socket.close() };
  },
};
