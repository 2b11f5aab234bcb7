import { mark } from './mark.mjs';

/** Socket.IO 4 over a WebSocket from the start: Engine.IO packets with Socket.IO packets in them. */
export const socketIo = {
  path: '/socket.io/?EIO=4&transport=websocket',
  isReady: (text) => text.startsWith('40'),
  subscribe: ({ channel }) => `420${JSON.stringify(['subscribe', channel])}`,
  isSubscribed: (text) => text.startsWith('430'),
  publish: (channel, data, acknowledged) =>
    `42${acknowledged ? '1' : ''}["publish",{"channel":${JSON.stringify(channel)},"event":"said","data":${data}}]`,
  delivery: mark('42["message"', '42'),
  acknowledgement: mark('431[]', '31'),
  isError: (text) => text.startsWith('44'),
  /** Engine.IO opens, and beats from the server's side. */
  answer: (text) => (text.startsWith('0') ? '40' : text === '2' ? '3' : undefined),
};
