/** What `GET /page.json` tells the page. Nothing in it opens the database. */
export interface PageSettings {
  /** Lets the page in, with a secret that was made for this run. Absent: it connects anonymously. */
  readonly token?: string;
  /** Where the service writes rows for the page, or why it doesn't. */
  readonly writing: { readonly namespace: string; readonly database: string } | { readonly refused: string };
}
