/** What an epoch says: whose log its cursors belong to, and under which rights they were given. */
export interface Epoch {
  /** Random, one for each log of each instance. */
  readonly log: string;
  /** Empty without restrictions. */
  readonly rightsKey: string;
}

export function formatEpoch({ log, rightsKey }: Epoch): string {
  return rightsKey === '' ? log : `${log}.${rightsKey}`;
}

export function parseEpoch(text: string): Epoch {
  const dot = text.indexOf('.');
  return dot === -1 ? { log: text, rightsKey: '' } : { log: text.slice(0, dot), rightsKey: text.slice(dot + 1) };
}
