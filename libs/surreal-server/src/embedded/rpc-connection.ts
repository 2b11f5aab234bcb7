import type { WebSocket } from 'ws';
import { type Engine, readFailure } from './engine.js';
import { type Envelope, encodeUuid, encodeValue, joinArray, joinEnvelope, NONE, readValue } from './envelope.js';
import { mayStartLiveQuery, type Notification, readLiveIds } from './live-queries.js';
import { parseRequest, readParams, type RpcRequest, splitMessage } from './request.js';
import { invalidParams, RpcError, sessionExists, sessionNotFound } from './rpc-error.js';
import { RpcSession } from './rpc-session.js';

const MAX_SESSIONS = 1_000;
const MAX_TRANSACTIONS = 1_000;
/** Calls whose reply isn't written yet; beyond it the socket isn't read. */
const MAX_CALLS = 256;
/** Live notifications that a slow reader may leave waiting, in bytes; beyond it the socket is closed with 1013. */
const MAX_BUFFERED = 64 * 1024 * 1024;

/** Where live notifications find their connection, by the engine's ids. */
export interface Routes {
  readonly sessions: Map<string, RpcConnection>;
  readonly liveQueries: Map<string, RpcConnection>;
}

/** One socket: its sessions, transactions and live queries, all of which end with it. */
export class RpcConnection {
  readonly #sessions = new Map<string | undefined, Promise<RpcSession>>();
  readonly #clientIds = new Map<string, string | undefined>();
  readonly #transactions = new Set<string>();
  readonly #liveQueries = new Set<string>();
  #calls = 0;

  constructor(
    private readonly socket: WebSocket,
    private readonly engine: Engine,
    private readonly routes: Routes,
  ) {
    void this.#attach(undefined).catch(() => socket.close(1011));
    socket.on('message', (data, isBinary) => {
      if (isBinary) void this.#receive(data as Buffer);
      else socket.close(1003, 'Send CBOR in binary frames');
    });
  }

  async #receive(message: Uint8Array): Promise<void> {
    const parts = splitMessage(message);
    if (parts === undefined) return this.socket.close(1007, 'Send a CBOR map');
    if (++this.#calls >= MAX_CALLS) this.socket.pause();
    const reply = await this.#answer(parts).catch(failure);
    const id = parts.get('id') ?? NONE;
    this.socket.send(joinEnvelope(new Map([['id', id], reply])), () => {
      if (--this.#calls < MAX_CALLS) this.socket.resume();
    });
  }

  async #answer(parts: Envelope): Promise<[string, Uint8Array]> {
    const request = parseRequest(parts);
    const answer = await this.#dispatch(request);
    const failed = readFailure(answer);
    return failed === undefined ? ['result', answer] : ['error', failed];
  }

  async #dispatch(request: RpcRequest): Promise<Uint8Array> {
    const { method, session: id } = request;
    if (method === 'sessions') return this.#listSessions();
    if (method === 'attach') return this.#attachNamed(id);
    const session = await this.#session(id);
    if (method === 'detach') return this.#detachNamed(id, session);
    const named = method === 'commit' || method === 'cancel' ? readParams(request).at(-1) : undefined;
    this.#checkTransaction(named ?? request.transaction);
    const answer = await session.call(request);
    this.#follow(request, named, answer);
    return answer;
  }

  /** Keeps account of what has to end with the socket. */
  #follow({ method, parts }: RpcRequest, transaction: unknown, answer: Uint8Array): void {
    if (typeof transaction === 'string') this.#transactions.delete(transaction);
    if (readFailure(answer) !== undefined) return;
    if (method === 'begin') this.#transactions.add(readValue(answer) as string);
    if (!mayStartLiveQuery(method, parts.get('params'))) return;
    for (const live of readLiveIds(answer)) {
      this.#liveQueries.add(live);
      this.routes.liveQueries.set(live, this);
    }
  }

  #checkTransaction(id: unknown): void {
    if (id !== undefined && !this.#transactions.has(id as string)) throw invalidParams('Transaction not found');
    if (this.#transactions.size > MAX_TRANSACTIONS) throw invalidParams('Too many open transactions on this socket');
  }

  #listSessions(): Uint8Array {
    const ids = [...this.#clientIds.values()].filter((id) => id !== undefined);
    return joinArray(ids.map(encodeUuid));
  }

  async #attachNamed(id: string | undefined): Promise<Uint8Array> {
    if (id === undefined) throw invalidParams('Expected a session ID');
    if (this.#sessions.has(id)) throw sessionExists(id);
    if (this.#sessions.size >= MAX_SESSIONS) throw invalidParams('Too many sessions on this socket');
    await this.#attach(id);
    return NONE;
  }

  async #detachNamed(id: string | undefined, session: RpcSession): Promise<Uint8Array> {
    if (id === undefined) throw invalidParams('Expected a session ID');
    this.#sessions.delete(id);
    await this.#end(session);
    return NONE;
  }

  #attach(clientId: string | undefined): Promise<RpcSession> {
    const attached = RpcSession.attach(this.engine, clientId).then((session) => {
      this.routes.sessions.set(session.engineId, this);
      this.#clientIds.set(session.engineId, clientId);
      return session;
    });
    this.#sessions.set(clientId, attached);
    return attached;
  }

  async #session(id: string | undefined): Promise<RpcSession> {
    const session = await this.#sessions.get(id);
    if (session === undefined) throw sessionNotFound(id ?? 'default');
    return session;
  }

  async #end(session: RpcSession): Promise<void> {
    await session.detach();
    this.routes.sessions.delete(session.engineId);
    this.#clientIds.delete(session.engineId);
  }

  notify({ id, session, killed, parts }: Notification): void {
    if (killed) this.#forget(id);
    if (this.socket.bufferedAmount > MAX_BUFFERED) return this.socket.close(1013, 'Notifications are read too slowly');
    const clientId = session === undefined ? undefined : this.#clientIds.get(session);
    const message = new Map(parts);
    if (clientId === undefined) message.delete('session');
    else message.set('session', encodeUuid(clientId));
    this.socket.send(joinEnvelope(new Map([['result', joinEnvelope(message)]])));
  }

  #forget(live: string): void {
    this.#liveQueries.delete(live);
    this.routes.liveQueries.delete(live);
  }

  /** Ends everything the socket had in the engine. Resolves when the engine holds nothing of it any more. */
  async end(): Promise<void> {
    const sessions = await Promise.allSettled(this.#sessions.values());
    this.#sessions.clear();
    const attached = sessions.flatMap((session) => (session.status === 'fulfilled' ? [session.value] : []));
    await Promise.allSettled(attached.map((session) => this.#end(session)));
    await Promise.allSettled([...this.#transactions].map((id) => cancelTransaction(this.engine, id)));
    for (const live of this.#liveQueries) this.#forget(live);
  }
}

function cancelTransaction(engine: Engine, id: string): Promise<Uint8Array> {
  return engine.execute(
    joinEnvelope(
      new Map([
        ['method', encodeValue('cancel')],
        ['params', joinArray([encodeUuid(id)])],
      ]),
    ),
  );
}

function failure(error: unknown): [string, Uint8Array] {
  const known = error instanceof RpcError ? error : new RpcError(-32000, 'Internal', String(error));
  return ['error', encodeValue(known.toReply())];
}
