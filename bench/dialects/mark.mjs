/** What frames of one kind have at one place of their payload, as the frame reader looks for it. */
export function mark(frame, text) {
  const at = frame.indexOf(text);
  return { at, code: Buffer.from(text).readUInt16BE() };
}
