import { mark } from './mark.mjs';

/** Socket.IO 4 over a WebSocket from the start: Engine.IO packets with Socket.IO packets in them. */
export const socketIo = {
  path: '/socket.io/?EIO=4&transport=websocket',
  ready: '40',
  subscribe: ({ channel }) => `420${JSON.stringify(['subscribe', channel])}`,
  subscribed: '430',
  publish: (channel, data, acknowledged) =>
    `42${acknowledged ? '1' : ''}["publish",{"channel":${JSON.stringify(channel)},"event":"said","data":${data}}]`,
  delivery: mark('42["message"', '42'),
  acknowledgement: mark('431[]', '31'),
  error: '44',
  /** Engine.IO opens, and beats from the server's side. */
  answers: [
    ['0{', '40'],
    ['2', '3'],
  ],
};
