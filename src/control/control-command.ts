import { parseRevocation, revocationText, type Revocation } from '../auth/tokens/revocation.js';

/** What one instance asks all others to do, too. */
export type ControlCommand =
  | { readonly kind: 'disconnect'; readonly principal: string }
  | { readonly kind: 'resync'; readonly topic: string }
  | { readonly kind: 'revoke'; readonly revocation: Revocation };

export function encodeControl(command: ControlCommand): { event: string; data: string } {
  switch (command.kind) {
    case 'disconnect':
      return { event: 'disconnect', data: JSON.stringify(command.principal) };
    case 'resync':
      return { event: 'resync', data: JSON.stringify(command.topic) };
    case 'revoke': {
      const { revocation } = command;
      return { event: 'revoke', data: JSON.stringify([revocationText(revocation), revocation.until ?? null]) };
    }
  }
}

/** @returns undefined for what is none: a newer version of the service knows others, and others can write to the same Redis */
export function parseControl({ event, data }: { event: string; data: string }): ControlCommand | undefined {
  const value = valueOf(data);
  if (event === 'disconnect' && typeof value === 'string') return { kind: 'disconnect', principal: value };
  if (event === 'resync' && typeof value === 'string') return { kind: 'resync', topic: value };
  if (event !== 'revoke' || !Array.isArray(value)) return undefined;
  const [text, until] = value as unknown[];
  const revocation = parseRevocation(String(text), typeof until === 'number' ? until : Infinity);
  return revocation && { kind: 'revoke', revocation };
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
