import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { SurrealExit } from './options.js';

/** A server process that was spawned. */
export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the port once it serves; rejects when it ends or fails before. */
  readonly listening: Promise<number>;
  /** Resolves when it and whatever watched over it are gone. */
  readonly ended: Promise<SurrealExit>;
}

export async function untilEnd(child: ChildProcess): Promise<SurrealExit> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}
