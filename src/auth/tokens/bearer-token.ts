/** The token of an `Authorization: Bearer` header; `undefined` for another scheme or none. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}
