/** What was delivered to a subscriber, and when by `Date.now()`. */
export type Delivered =
  | {
      readonly kind: 'event';
      readonly record: string;
      readonly text: string;
      readonly cursor: string;
      readonly at: number;
    }
  /** By record; what isn't in it wasn't there. */
  | { readonly kind: 'snapshot'; readonly states: ReadonlyMap<string, string>; readonly at: number }
  | { readonly kind: 'resync'; readonly reason: string; readonly at: number };
