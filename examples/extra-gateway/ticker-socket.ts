import type { Content } from '../../src/delivery/content.js';
import type { WireFormat } from '../../src/delivery/wire-format.js';
import { SessionSocket } from '../../src/realtime/session-socket.js';
import { WebSocketFormat } from '../../src/realtime/web-socket-format.js';

/** A message for each row, made once for all displays. */
const TICKER_FORMAT = new WebSocketFormat((content: Content) => {
  switch (content.type) {
    case 'snapshot':
      return Array.from(content.rows, (row) => `{"action":"SNAPSHOT","row":${row}}`);
    case 'event':
      return `{"action":"${content.action}","row":${content.data}}`;
    default: // A display has no use for the rest.
      return [];
  }
});

/** A socket of a display. */
export class TickerSocket extends SessionSocket {
  override get format(): WireFormat {
    return TICKER_FORMAT;
  }
}
