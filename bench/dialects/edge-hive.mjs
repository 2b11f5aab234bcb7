import { mark } from './mark.mjs';

const event = 'said';

/** The protocol of the service, over channels. */
export const edgeHive = {
  path: '/api/v1/realtime',
  ready: '{"type":"welcome"',
  subscribe: (target) => JSON.stringify({ type: 'subscribe', ...target }),
  subscribed: '{"type":"subscribed"',
  publish: (channel, data, acknowledged) => {
    const id = acknowledged ? '"id":"1",' : '';
    return `{"type":"publish",${id}"channel":${JSON.stringify(channel)},"event":"${event}","data":${data}}`;
  },
  delivery: mark('{"type":"message"', 'me'),
  acknowledgement: mark('{"type":"ack"', 'ac'),
  error: '{"type":"error"',
};

/** The same, over tables. */
export const edgeHiveTopics = { ...edgeHive, delivery: mark('{"type":"event"', 'ev') };
