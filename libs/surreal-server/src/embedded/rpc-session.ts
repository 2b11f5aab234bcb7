import { randomUUID } from 'node:crypto';
import { type Engine, readFailure } from './engine.js';
import { encodeUuid, encodeValue, joinArray, joinEnvelope, readValue } from './envelope.js';
import { readParams, type RpcRequest, toEngine } from './request.js';
import { invalidParams, signInFirst } from './rpc-error.js';
import { Turnstile } from './turnstile.js';

const signIns = new Set(['signin', 'signup', 'authenticate', 'refresh']);
const signOuts = new Set(['invalidate', 'reset']);
const settings = new Set(['use', 'let', 'set', 'unset']);
const harmless = new Set(['ping', 'version', 'revoke']);

/** One client session and the engine session that stands for it. An engine session that is not signed in is root. */
export class RpcSession {
  readonly engineId = randomUUID();
  readonly #turnstile = new Turnstile();
  #signedIn = false;

  private constructor(
    readonly clientId: string | undefined,
    readonly engine: Engine,
  ) {}

  static async attach(engine: Engine, clientId: string | undefined): Promise<RpcSession> {
    const session = new RpcSession(clientId, engine);
    await engine.execute(session.#own('attach'));
    return session;
  }

  /** Ends its live queries too. Waits for calls under way: a live query that starts after the detach would stay. */
  async detach(): Promise<void> {
    await this.#turnstile.alone(() => this.engine.execute(this.#own('detach')));
  }

  call(request: RpcRequest): Promise<Uint8Array> {
    const { method } = request;
    const changesSession = signIns.has(method) || signOuts.has(method) || settings.has(method);
    return changesSession
      ? this.#turnstile.alone(() => this.#change(request))
      : this.#turnstile.shared(() => this.#execute(request));
  }

  #execute(request: RpcRequest): Promise<Uint8Array> {
    if (!this.#signedIn && !harmless.has(request.method)) throw signInFirst(request.method);
    return this.engine.execute(toEngine(request, this.engineId));
  }

  async #change(request: RpcRequest): Promise<Uint8Array> {
    if (request.method === 'use') await this.#checkUse(request);
    const answer = await this.engine.execute(toEngine(request, this.engineId));
    if (readFailure(answer) !== undefined) return answer;
    if (signIns.has(request.method)) this.#signedIn = true;
    if (signOuts.has(request.method)) this.#signedIn = false;
    return answer;
  }

  /** The engine aborts the whole process on a database without a namespace. */
  async #checkUse(request: RpcRequest): Promise<void> {
    const [namespace, database] = readParams(request);
    if (typeof database !== 'string' || typeof namespace === 'string') return;
    const current = namespace === null ? undefined : await this.#currentNamespace();
    if (current == null) throw invalidParams('Specify a namespace to use: a database needs one');
  }

  async #currentNamespace(): Promise<unknown> {
    const answer = await this.engine.execute(this.#own('query', [encodeValue('RETURN session::ns()')]));
    if (readFailure(answer) !== undefined) return undefined;
    return (readValue(answer) as { result: unknown }[])[0]?.result;
  }

  #own(method: string, params: Uint8Array[] = []): Uint8Array {
    return joinEnvelope(
      new Map([
        ['method', encodeValue(method)],
        ['params', joinArray(params)],
        ['session', encodeUuid(this.engineId)],
      ]),
    );
  }
}
