import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { encode } from 'cborg';
import { readValue } from './envelope.js';

/** The class that `@surrealdb/node` wraps for the SDK. Calls may overlap; each carries a CBOR request. */
export interface Engine {
  execute(request: Uint8Array): Promise<Uint8Array>;
  notifications(): Promise<Notifications>;
  free(): Promise<void>;
}

export interface Notifications {
  /** The next live notification, or null once the engine is freed. */
  recv(): Promise<Uint8Array | null>;
}

interface EngineClass {
  connect(endpoint: string, options?: object): Promise<Engine>;
  version(): string;
}

/** @returns the version of SurrealDB the engine was built from, such as `3.0.2` */
export const engineVersion = (): string => loadEngine().version();

/** Opens the engine on `mem://` or `surrealkv://FOLDER`. Its default session is root and is never a client's. */
export function openEngine(endpoint: string): Promise<Engine> {
  return loadEngine().connect(endpoint);
}

/** The package exports only its wrapper for the SDK, so the library beside that wrapper is loaded by its file name. */
function loadEngine(): EngineClass {
  const wrapper = fileURLToPath(import.meta.resolve('@surrealdb/node'));
  const file = `./surrealdb-node.${process.platform}-${process.arch}${abi()}.node`;
  return (createRequire(wrapper)(file) as { SurrealNodeEngine: EngineClass }).SurrealNodeEngine;
}

function abi(): string {
  if (process.platform === 'win32') return '-msvc';
  if (process.platform !== 'linux') return '';
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? '-musl' : '-gnu';
}

/** Runs SurrealQL as root, and answers what each statement gave. Throws when one of them fails. */
export async function executeAsRoot(engine: Engine, surql: string, bindings: object = {}): Promise<unknown[]> {
  const answer = await engine.execute(encode({ method: 'query', params: [surql, bindings] }));
  const failed = readFailure(answer);
  if (failed !== undefined)
    throw new Error(`The engine refused a statement: ${String((readValue(failed) as Error).message)}`);
  return (readValue(answer) as { status: string; result: unknown }[]).map(({ status, result }) => {
    if (status !== 'OK') throw new Error(`The engine refused a statement: ${String(result)}`);
    return result;
  });
}

const failureHead = Buffer.concat([Uint8Array.of(0xa1), encode('error')]);

/** The engine answers a failed call with the map `{error}` of one entry, and any other with the bare result. */
export function readFailure(answer: Uint8Array): Uint8Array | undefined {
  const head = answer.subarray(0, failureHead.length);
  return failureHead.equals(head) ? answer.subarray(failureHead.length) : undefined;
}
