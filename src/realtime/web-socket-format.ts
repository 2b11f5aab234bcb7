import type { Content } from '../delivery/content.js';
import type { WireFormat } from '../delivery/wire-format.js';
import { protocolText } from './protocol-text.js';
import { textFrame } from './text-frame.js';

/** Texts as a WebSocket is sent them: not masked, so that the same bytes are right for all. */
export class WebSocketFormat implements WireFormat {
  /** @param textsOf what is delivered as one message of a WebSocket, or as several in order, or none. */
  constructor(private readonly textsOf: (content: Content) => string | readonly string[]) {}

  write(content: Content): Buffer | undefined {
    const texts = this.textsOf(content);
    if (typeof texts === 'string') return textFrame(texts);
    return texts.length === 0 ? undefined : Buffer.concat(texts.map(textFrame));
  }
}

/** The protocol's own. */
export const PROTOCOL_FORMAT = new WebSocketFormat(protocolText);
