/** What the parent hands the embedded server over their IPC channel: no password shows in a process list. */
export interface StartMessage {
  readonly port: number;
  /** Folder of the data; in memory without one. */
  readonly data?: string;
  readonly username: string;
  readonly password: string;
  readonly allowedOrigins: readonly string[];
}

/** What the embedded server answers once. */
export type StartedMessage =
  | { readonly state: 'listening'; readonly port: number }
  | { readonly state: 'failed'; readonly message: string; readonly code?: string };

/** What it printed, without debug lines. What it printed last it leaves in the file. */
export interface PrintedMessage {
  readonly state: 'printed';
  readonly lines: readonly string[];
}

export type EmbeddedMessage = StartedMessage | PrintedMessage;
