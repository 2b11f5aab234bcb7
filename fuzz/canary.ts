/** In every row, field and message that no attacker may see. No attacker sends it. */
export const CANARY = 'canary-7f3a91c4';
/** Whose rows and messages the attackers may see, each only its own. */
export const PRINCIPALS = ['attacker', 'other'] as const;
export type PrincipalId = (typeof PRINCIPALS)[number];
