/** Where a SurrealDB server is and who asks. */
export interface SurrealEndpoint {
  /** `ws://` or `wss://`, with the path `/rpc`. */
  readonly url: string;
  readonly namespace: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}
