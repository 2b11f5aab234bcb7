export interface SurrealOptions {
  /** A `surreal` binary to run; without one the embedded engine is. */
  readonly bin?: string;
  /** Folder of the data, created when missing; in memory without one. */
  readonly data?: string;
  /** Port on 127.0.0.1; 0 (the default) takes a free one, which is kept for every restart. */
  readonly port?: number;
  /** The root user, `root` by default. */
  readonly username?: string;
  /** Its password, `root` by default. */
  readonly password?: string;
  /** Origins whose pages may connect to the embedded server, none by default. A binary has options of its own. */
  readonly allowedOrigins?: readonly string[];
  /** More arguments for the binary's `start`, such as `--changefeed-gc-interval 2s` as two. */
  readonly extraArguments?: readonly string[];
  /** Each line that the server prints, without the engine's debug lines. */
  readonly onLog?: (line: string) => void;
  /** The server ended without being asked to, and is about to be started again. */
  readonly onExit?: (exit: SurrealExit) => void;
  /** It serves again after such an end. */
  readonly onRestart?: () => void;
}

export interface SurrealExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Options with every default in place. */
export interface ResolvedOptions {
  readonly bin: string | undefined;
  readonly data: string | undefined;
  readonly username: string;
  readonly password: string;
  readonly allowedOrigins: readonly string[];
  readonly extraArguments: readonly string[];
  readonly log: (line: string) => void;
}

export function resolveOptions(options: SurrealOptions): ResolvedOptions {
  return {
    bin: options.bin,
    data: options.data,
    username: options.username ?? 'root',
    password: options.password ?? 'root',
    allowedOrigins: options.allowedOrigins ?? [],
    extraArguments: options.extraArguments ?? [],
    log: options.onLog ?? (() => undefined),
  };
}
