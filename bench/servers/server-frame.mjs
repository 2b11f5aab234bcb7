const TEXT = 0x81;

/** Bytes of a text frame of a server, of less than 64 KiB. */
export function serverFrame(text) {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.from([TEXT, payload.length]), payload]);
  return Buffer.concat([Buffer.from([TEXT, 126, payload.length >> 8, payload.length & 0xff]), payload]);
}
