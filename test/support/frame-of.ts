import type { ServerFrame } from '@edge-hive/protocol';
import type { OtherContent } from '../../src/delivery/content.js';
import { Delivery } from '../../src/delivery/delivery.js';
import type { EncodedFrame } from '../../src/delivery/encoded-frame.js';
import { protocolText } from '../../src/realtime/protocol-text.js';
import { PROTOCOL_FORMAT } from '../../src/realtime/web-socket-format.js';

/** What a client of the protocol reads. */
export function frameOf({ content }: Delivery): ServerFrame {
  return JSON.parse(protocolText(content)) as ServerFrame;
}

/** As a WebSocket of the protocol is sent it. */
export function encoded(content: OtherContent | Delivery): EncodedFrame {
  const frame = (content instanceof Delivery ? content : Delivery.of(content)).in(PROTOCOL_FORMAT);
  if (!frame) throw new TypeError('The protocol has a frame for everything.');
  return frame;
}
