const BINARY = 0x2;

/** NATS's own text protocol, in binary frames with one message or many in each. */
export const nats = {
  path: '/',
  opcode: BINARY,
  scan: true,
  hello: `${connect(false)}PING\r\n`,
  ready: 'PONG',
  subscribe: ({ channel }) => `SUB ${channel} 1\r\nPING\r\n`,
  subscribed: 'PONG',
  publish: (channel, data) => `PUB ${channel} ${data.length}\r\n${data}\r\n`,
  error: '-ERR',
  answers: [['PING', 'PONG\r\n']],
};

/** The same with an acknowledgement for each command. */
export const natsVerbose = { ...nats, hello: connect(true), ready: '+OK', acknowledged: '+OK' };

function connect(verbose) {
  return `CONNECT ${JSON.stringify({ verbose, pedantic: false, lang: 'c', version: '1' })}\r\n`;
}
