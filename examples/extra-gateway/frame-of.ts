import type { ServerFrame } from '@edge-hive/protocol';
import type { EncodedFrame } from '../../src/delivery/encoded-frame.js';

/** The frame that was encoded: its JSON comes behind a WebSocket header of 2, 4 or 10 bytes. */
export function frameOf({ bytes }: EncodedFrame): ServerFrame {
  const header = bytes[1] === 127 ? 10 : bytes[1] === 126 ? 4 : 2;
  return JSON.parse(bytes.toString('utf8', header)) as ServerFrame;
}
