/** 32 letters and digits. Not `randomUUID`, which a page without TLS doesn't have. */
export function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('');
}
