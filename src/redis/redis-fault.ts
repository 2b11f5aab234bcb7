/** What Redis begins an error reply with, or the system an error of a connection has as its code. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/\bECONNREFUSED\b/, 'Redis refuses connections.'],
  [/\b(ENOTFOUND|EAI_AGAIN)\b/, 'The host name of Redis is not known.'],
  [/\b(WRONGPASS|NOAUTH)\b/, 'Redis refuses the user or the password.'],
  [/\bNOPERM\b/, 'The user may not do in Redis what the service has to.'],
  [/\bOOM\b/, 'Redis has no memory left for what is published.'],
  [/\b(MISCONF|NOREPLICAS)\b/, 'Redis takes no writes, by its own configuration.'],
  [/\bREADONLY\b/, 'The server of Redis is a replica, which takes no writes.'],
  [/\bCLUSTERDOWN\b/, 'The cluster of Redis is down.'],
  [/\bLOADING\b/, 'Redis is loading its data.'],
  [/\b(CERT\w*|\w*SELF_SIGNED\w*|ERR_TLS\w*|certificate)\b/, 'The certificate of Redis is not trusted.'],
  [/\b([Tt]imeout|[Tt]imed out|ETIMEDOUT)\b/, 'Redis does not answer.'],
];

/** Why Redis can't be used, for whoever asks for the health of the service: the error itself can name hosts. */
export function redisFault(error: unknown): string {
  const text =
    error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}` : String(error);
  return REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? 'The connection to Redis was lost.';
}

/** Error replies that say that Redis as a whole can't be used, not that a command was wrong. */
export function isRedisRefusal(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|OOM|MISCONF|NOREPLICAS|READONLY|CLUSTERDOWN)\b/.test(error.message);
}
