/** Bytes before each frame: the lengths of its head and of its body. */
const PREFIX = 8;

/** What goes over a link in one piece: JSON, and bytes that are none. */
export interface Frame {
  readonly head: unknown;
  readonly body: Buffer;
}

export function encodeFrame(head: unknown, body?: string | Uint8Array): Buffer {
  const text = JSON.stringify(head);
  const headBytes = Buffer.byteLength(text);
  const bodyBytes = body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const frame = Buffer.allocUnsafe(PREFIX + headBytes + bodyBytes);
  frame.writeUInt32LE(headBytes, 0);
  frame.writeUInt32LE(bodyBytes, 4);
  frame.write(text, PREFIX);
  if (typeof body === 'string') frame.write(body, PREFIX + headBytes);
  else if (body) frame.set(body, PREFIX + headBytes);
  return frame;
}

/** Cuts a stream of bytes into the frames that it is made of. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private size = 0;
  /** Bytes without which no further frame is whole. */
  private needed = PREFIX;

  /** @returns the frames that are whole now */
  *push(chunk: Buffer): Generator<Frame> {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size < this.needed) return;
    const bytes = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    let at = 0;
    for (;;) {
      const head = at + PREFIX;
      if (head > bytes.length) break;
      const body = head + bytes.readUInt32LE(at);
      const end = body + bytes.readUInt32LE(at + 4);
      if (end > bytes.length) break;
      at = end;
      yield { head: JSON.parse(bytes.toString('utf8', head, body)) as unknown, body: bytes.subarray(body, end) };
    }
    this.keep(bytes.subarray(at));
  }

  private keep(rest: Buffer): void {
    this.chunks = rest.length > 0 ? [rest] : [];
    this.size = rest.length;
    this.needed = rest.length < PREFIX ? PREFIX : PREFIX + rest.readUInt32LE(0) + rest.readUInt32LE(4);
  }
}
