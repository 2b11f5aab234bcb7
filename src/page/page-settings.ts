import type { SurrealEndpoint } from '../surreal/surreal-endpoint.js';

/** What `GET /page.json` tells the page. */
export interface PageSettings {
  /** Lets the page in, with a secret that was made for this run. Absent: it connects anonymously. */
  readonly token?: string;
  /** Where it may write rows, or why it can't. */
  readonly writing: { readonly database: SurrealEndpoint } | { readonly refused: string };
}
