/** Made unless others are asked for. */
export const USUAL_KINDS = [
  'gateway killed',
  'gateway frozen briefly',
  'gateway frozen for long',
  'gateway redeployed',
  'database killed',
  'database frozen briefly',
  'database frozen for long',
  'database stuttering',
  'sockets cut',
  'sockets blackholed',
  'readers stalled',
] as const;

/** Made where there is a Redis. */
export const REDIS_KINDS = [
  'redis killed',
  'redis emptied',
  'redis frozen briefly',
  'redis frozen for long',
  'redis failed over',
  'redis switched over',
  'redis connections cut',
] as const;

/** What not every system allows is made when it is asked for only. */
export const FAULT_KINDS = [...USUAL_KINDS, ...REDIS_KINDS, 'database threads held'] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * The kinds that begin with one of some texts, such as `database frozen`; all usual ones for none.
 *
 * @throws when a text begins none
 */
export function kindsOf(beginnings: readonly string[], { redis }: { readonly redis: boolean }): readonly FaultKind[] {
  const known = redis ? FAULT_KINDS : FAULT_KINDS.filter((kind) => !kind.startsWith('redis'));
  for (const beginning of beginnings) {
    if (known.some((kind) => kind.startsWith(beginning))) continue;
    throw new Error(`--fault ${beginning}: no kind begins so. There are: ${known.join(', ')}`);
  }
  if (beginnings.length === 0) return redis ? [...USUAL_KINDS, ...REDIS_KINDS] : USUAL_KINDS;
  return known.filter((kind) => beginnings.some((each) => kind.startsWith(each)));
}

export interface Fault {
  readonly kind: FaultKind;
  /** When it begins, in ms since the run did. */
  readonly at: number;
  /** How long it lasts; 0 for what happens at once. */
  readonly durationMs: number;
  /** Which of the two gateways. */
  readonly gateway: number;
  /** Part of all clients whose sockets are hit. */
  readonly share: number;
}
