const MASKED = 0x80;
const MASK_BYTES = 4;
const TEXT = 0x1;

/** Bytes of a frame from a client. Its mask is zero, which leaves the payload as it is: templates can be written into. */
export function clientFrame(text, opcode = TEXT) {
  const payload = Buffer.from(text);
  const long = payload.length > 125;
  const header = Buffer.alloc((long ? 4 : 2) + MASK_BYTES);
  header[0] = 0x80 | opcode;
  header[1] = MASKED | (long ? 126 : payload.length);
  if (long) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}
